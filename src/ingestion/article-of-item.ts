import { hash } from 'node:crypto'
import { NewArticle } from '../articles/article.ts'
import { attributionOf } from '../articles/attribution.ts'
import { webUrl } from '../http/parameters.ts'
import type { Dropped, FeedItem, Person } from './item.ts'
import { fragmentOf } from './item-names.ts'
import type { Credits, ExtractedPage } from './page.ts'
import { plainText } from './parsing/texts.ts'

export type ItemSource = {
  id: string
  name: string
  homeUrl: string
  attributionTemplate: string | null
  tags: string[]
}

const maxSummary = 500
const maxTitle = 300
const maxTags = 50
/** A clock of a publisher that is wrong by more is not believed. */
const futureMs = 24 * 60 * 60 * 1000
/** What programs write that know no time: second 0, in whichever zone. Nothing on the web is older. */
const zeroTimeMs = 24 * 60 * 60 * 1000

/**
 * The article that an item becomes, with what its page adds: the feed's own words go before those of the page, but for the body,
 * which is the page's where it was fetched. `undefined` where there is nothing to make one of, which `dropped` then says.
 */
export function articleOfItem(
  source: ItemSource,
  item: FeedItem,
  page: ExtractedPage | undefined,
  now: Date,
): { article: NewArticle | undefined; dropped: Dropped[] } {
  const dropped: Dropped[] = []
  const what = item.title ?? item.url ?? item.guid ?? 'an item'
  const drop = (stage: Dropped['stage'], why: string) => dropped.push({ stage, what, why })
  const url = item.url !== null && webUrl.safeParse(item.url).success ? item.url : null
  if (item.url !== null && url === null) drop('clean', `It has an address that is not taken: ${item.url}`)
  const html = page?.bodyHtml ?? item.contentHtml ?? item.summaryHtml ?? ''
  const title = titleOf(item, page, html)
  if (title === undefined) {
    drop('clean', 'It has neither a title nor a text.')
    return { article: undefined, dropped }
  }
  const authors = authorsOf(item, page)
  const summary = plainText(item.summaryHtml ?? page?.summary ?? '')
  const candidate = {
    sourceId: source.id,
    externalId: externalIdOf(item),
    url: url ?? addressOf(source, item),
    canonicalUrl: otherThan(url, page?.canonicalUrl),
    title,
    summary: summary ? cut(summary, maxSummary) : null,
    publishedAt: momentOf(item, page, now, (why) => drop('identify', why)),
    authors,
    imageUrl: item.imageUrl ?? page?.imageUrl ?? null,
    ...withLicence(creditsOf(item, page), item.licence ?? page?.licence ?? null, () =>
      attributionOf({ attribution: null, title, url: url ?? addressOf(source, item) }, source, authors),
    ),
    tags: [...new Set([...source.tags, ...item.categories])].slice(0, maxTags),
    body: html.trim() ? { html } : null,
  }
  return { article: admitted(candidate, drop), dropped }
}

/** Without the members that are not as they have to be: an article is not lost for its image. */
function admitted(
  candidate: Record<string, unknown>,
  drop: (stage: Dropped['stage'], why: string) => void,
): NewArticle | undefined {
  const required = ['sourceId', 'url', 'title', 'publishedAt']
  let rest = candidate
  for (;;) {
    const result = NewArticle.safeParse(rest)
    if (result.success) return result.data
    const members = [...new Set(result.error.issues.map(({ path }) => String(path[0])))]
    drop('clean', result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' '))
    if (members.some((member) => required.includes(member) || !(member in rest))) return undefined
    rest = Object.fromEntries(Object.entries(rest).filter(([name]) => !members.includes(name)))
  }
}

function titleOf(item: FeedItem, page: ExtractedPage | undefined, html: string): string | undefined {
  const title = item.title?.trim() || page?.title?.trim() || cut(plainText(html), 80)
  return title ? cut(title.replace(/\s+/g, ' '), maxTitle) : undefined
}

const externalIdOf = ({ guid }: FeedItem) => {
  if (guid === null || guid.trim() === '') return null
  return guid.length <= 500 ? guid : `sha256:${hash('sha256', guid, 'hex')}`
}

/** An item without an address is known under one of its outlet, which differs for each. */
function addressOf({ homeUrl }: ItemSource, item: FeedItem): string {
  const { guid } = item
  if (guid && webUrl.safeParse(guid).success) return guid
  const url = new URL(homeUrl)
  url.hash = fragmentOf(item)
  return url.href
}

function otherThan(url: string | null, canonical: string | null | undefined): string | null {
  return canonical && canonical !== url ? canonical : null
}

function momentOf(
  item: FeedItem,
  page: ExtractedPage | undefined,
  now: Date,
  drop: (why: string) => void,
): string {
  const said = item.publishedAt ?? page?.publishedAt ?? item.updatedAt
  if (item.dateText && !item.publishedAt && !item.updatedAt)
    drop(`The date cannot be read: ${cut(item.dateText, 100)}`)
  if (!said) return now.toISOString()
  const at = Date.parse(said)
  if (at <= zeroTimeMs) {
    drop(`It is dated before the web: ${said}`)
    return now.toISOString()
  }
  if (at <= now.getTime() + futureMs) return said
  drop(`It is dated in the future: ${said}`)
  return now.toISOString()
}

function authorsOf(item: FeedItem, page: ExtractedPage | undefined) {
  const translators = page?.credits.translators ?? []
  const authors = item.authors.length > 0 ? item.authors : (page?.authors ?? [])
  const named = (people: Person[], role: 'author' | 'translator') =>
    people.map(({ name, url }) => ({ name: cut(name.replace(/\s+/g, ' ').trim(), 200), url, role }))
  const all = [...named(translators, 'translator'), ...named(authors, 'author')].filter(({ name }) => name)
  return [...new Map(all.toReversed().map((person) => [person.name, person])).values()].toReversed()
}

type Credited = Pick<Partial<NewArticle>, 'attribution' | 'translationOf'>

/** Who is credited: as the page says it, else the feed or page that an item says it was taken from. */
function creditsOf(item: FeedItem, page: ExtractedPage | undefined): Credited {
  const credits: Partial<Credits> = page?.credits ?? {}
  const { text = null, originalPublisher, originalUrl, translators = [] } = credits
  const rightsHolder = originalPublisher ?? item.origin?.name ?? null
  const url = originalUrl ?? item.origin?.url ?? null
  if (text === null && rightsHolder === null && url === null) return {}
  const credit = text ?? rightsHolder ?? new URL(url as string).host
  const attribution = { text: cut(credit.replace(/\s+/g, ' '), 2000), url, rightsHolder }
  return { attribution, ...(translators.length > 0 && url && { translationOf: { url, method: 'page' } }) }
}

/** A licence is told with the credit, and where none is told of with that of the source. */
function withLicence(
  credits: Credited,
  licence: string | null,
  ofSource: () => { text: string; url: string | null; rightsHolder: string | null },
): Credited {
  if (licence === null) return credits
  const { text, url, rightsHolder } = credits.attribution ?? ofSource()
  return { ...credits, attribution: { text, url, rightsHolder, licence } }
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text
    .slice(0, length - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`
}
