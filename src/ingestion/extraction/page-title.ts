import { textOf } from './embedded-data.ts'
import { nearest } from './outline.ts'
import { lineOf, type PageElement } from './page-document.ts'
import { type Described, firstMeta } from './page-metadata.ts'

const maxLength = 300
const separator = /\s+[|\-–—·•»›:/\\~]+\s+|\s*[|｜_]+\s*|\s*::\s*|\s*»\s*|\s*[—–]{2}\s*/

/** The title of an article: as the page shows it where that agrees with what it says to machines, and without the site's name. */
export function readTitle(page: Described): string | null {
  const { document, data } = page
  const told = firstMeta(page, [
    'og:title',
    'twitter:title',
    'dc.title',
    'title',
    'sailthru.title',
    'headline',
  ])
  const named = [textOf(data.headline), told, lineOf(document.querySelector('title'))].filter(
    (title): title is string => !!title && title.length <= maxLength,
  )
  const shown = headlinesOf(page)
  const agreeing = shown.find((headline) => named.some((title) => agree(title, headline)))
  const title = agreeing ?? withoutSite(page, named[0]) ?? shown[0]
  return title ?? null
}

const ranks: ((element: PageElement) => boolean)[] = [
  (element) => /\bheadline\b/.test(element.getAttribute('itemprop') ?? ''),
  ({ localName }) => localName === 'h1',
  ({ localName }) => localName === 'h2',
  ({ className, id }) => /(?:^|[\s_-])(?:title|headline)(?:\s|$)/i.test(className) || id === 'title',
]
const mostOfRank = 20

/** What the page shows as headlines, the likeliest first. */
function headlinesOf({ outline }: Described): string[] {
  const shown = outline
    .filter(({ length }) => length >= 2 && length <= maxLength)
    .map(({ element }) => element)
  const elements = ranks.flatMap((isOfRank) => shown.filter(isOfRank).slice(0, mostOfRank))
  const headlines = elements
    .filter((element) => !nearest(element, ({ localName }) => around.has(localName)))
    .map(lineOf)
  return [...new Set(headlines)].filter((headline) => headline.length <= maxLength)
}

const around = new Set(['nav', 'aside', 'footer'])

/** Is this headline the title, or the title up to a separator and the name of a site or a section? */
function agree(title: string, headline: string): boolean {
  const long = comparable(title)
  const short = comparable(headline)
  if (short.length < 4) return false
  if (long === short) return true
  if (!long.startsWith(short)) return false
  // Names of sections begin titles too: "Tech" is not the headline of "Tech giants merge".
  return title
    .split(separator)
    .some((_, index, parts) => comparable(parts.slice(0, index + 1).join('')) === short)
}

const comparable = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** Takes off what a title ends (or begins) with that names the site and not the article. */
function withoutSite({ siteName, url }: Described, title: string | undefined): string | undefined {
  if (!title) return undefined
  const parts = splitTitle(title)
  const host = comparable(new URL(url).hostname.replace(/^www\./, ''))
  const isSite = (part: string) => {
    const name = comparable(part)
    return name !== '' && (name === comparable(siteName ?? '') || host.includes(name) || name === host)
  }
  while (parts.length > 1 && isSite(parts.at(-1)?.text ?? '')) parts.pop()
  while (parts.length > 1 && isSite(parts[0]?.text ?? '')) parts.shift()
  while (parts.length > 1 && looksLikeName(parts)) parts.pop()
  const first = parts[0]?.start ?? 0
  return title.slice(first, parts.at(-1)?.end).trim() || undefined
}

/** Chinese titles end in section and site (`…_科技频道_新浪网`), others in a short name. */
function looksLikeName(parts: { text: string }[]): boolean {
  const last = parts.at(-1)?.text ?? ''
  const before = parts
    .slice(0, -1)
    .map(({ text }) => text)
    .join(' ')
  const isHan = /\p{Script=Han}/u.test(last)
  return isHan
    ? last.length <= 8 && before.length >= last.length + 2
    : last.split(' ').length <= 4 &&
        before.split(' ').length >= 2 * last.split(' ').length &&
        before.length >= 15
}

function splitTitle(title: string): { text: string; start: number; end: number }[] {
  const parts: { text: string; start: number; end: number }[] = []
  let start = 0
  for (const match of title.matchAll(new RegExp(separator, 'g'))) {
    parts.push({ text: title.slice(start, match.index), start, end: match.index })
    start = match.index + match[0].length
  }
  parts.push({ text: title.slice(start), start, end: title.length })
  return parts.filter(({ text }) => text.trim() !== '')
}
