import { findDate, type Reading } from './dates-in-text.ts'
import { textOf } from './embedded-data.ts'
import type { Entry } from './outline.ts'
import { lineOf, type PageElement } from './page-document.ts'
import type { Described } from './page-metadata.ts'

const metaNames =
  'article:published_time og:article:published_time og:published_time article:published article.published datepublished date.published pubdate publishdate publish_date publish-date publishtime publication_date publication-date published_time published-date published_at og:pubdate og:publish_date dc.date.issued dcterms.issued dc.date.published dcterms.created dc.date.created dc.created dcterms.date dc.date dcterms.available parsely-pub-date sailthru.date article_date_original originalpublicationdate cxenseparse:recs:publishtime citation_publication_date citation_date citation_online_date weibo:article:create_at apub:time bt:pubdate prism.publicationdate rnews:datepublished datecreated release_date article:create_at timestamp date last-modified article:modified_time og:updated_time datemodified'.split(
    ' ',
  )
const modified = new Set(['last-modified', 'article:modified_time', 'og:updated_time', 'datemodified'])

/** When an article was published: what the page says to machines, then what it shows, then its address. */
export function readDate(page: Described, input: { zone: string | null; now: Date }): string | null {
  const reading = { ...input, monthFirst: /^en(?:-US)?$/i.test(page.language ?? '') }
  for (const read of [
    fromData,
    fromMetas,
    fromMarkup,
    fromLabels,
    fromDateElements,
    nearHeadline,
    fromAddress,
    fromModified,
  ]) {
    const date = read(page, reading)
    if (date) return date
  }
  return null
}

function toDate(text: string | null | undefined, reading: Reading): string | undefined {
  if (!text) return undefined
  const epoch = /^\d{10}(?:\d{3})?$/.test(text) ? Number(text.padEnd(13, '0')) : undefined
  if (epoch) return new Date(epoch).toISOString()
  return findDate(
    text.replace(/^((?:19|20)\d{2})(\d{2})(\d{2})(?=$|T|\s)/, '$1-$2-$3').slice(0, 200),
    reading,
  )
}

function fromData({ data }: Described, reading: Reading): string | undefined {
  return [data.datePublished, data.pubDate, data.dateCreated, data.uploadDate].flatMap(
    (value) => toDate(textOf(value), reading) ?? [],
  )[0]
}

function fromMetas({ metas }: Described, reading: Reading): string | undefined {
  const names = metaNames.filter((name) => !modified.has(name))
  return names.flatMap((name) => toDate(metas.get(name)?.[0], reading) ?? [])[0]
}

function fromModified({ metas, data }: Described, reading: Reading): string | undefined {
  const texts = [textOf(data.dateModified), ...[...modified].map((name) => metas.get(name)?.[0])]
  return texts.flatMap((text) => toDate(text, reading) ?? [])[0]
}

const markups: ((element: PageElement) => boolean)[] = [
  (element) => hasProperty(element, 'datePublished'),
  (element) => hasProperty(element, 'dateCreated'),
  (element) => element.hasAttribute('pubdate'),
  ({ localName, className }) => /^(?:time|abbr)$/.test(localName) && /publish|entry-date/i.test(className),
  ({ localName }) => localName === 'time',
]
const mostOfMarkup = 20

const hasProperty = (element: PageElement, name: string) =>
  (element.getAttribute('itemprop') ?? '').split(/\s+/).includes(name)

function fromMarkup({ outline }: Described, reading: Reading): string | undefined {
  const marked = outline
    .filter(
      ({ element, isOfOthers }) =>
        !isOfOthers &&
        (element.localName === 'time' || element.hasAttribute('itemprop') || element.localName === 'abbr'),
    )
    .map(({ element }) => element)
  for (const isMarked of markups) {
    for (const element of marked.filter(isMarked).slice(0, mostOfMarkup)) {
      const told =
        element.getAttribute('datetime') ?? element.getAttribute('content') ?? element.getAttribute('title')
      const date = toDate(told, reading) ?? toDate(lineOf(element), reading)
      if (date) return date
    }
  }
  return undefined
}

const label =
  /(?:发布时间|发布日期|发表时间|发布于|发表于|发稿时间|时间|日期|published|posted|date|veröffentlicht|erstellt|publié|publicado|stand)\s{0,2}(?:on|am|le|el)?\s{0,2}[:：]?\s{0,2}(?=[\p{L}\d,. ]{0,20}\d)/iu

function fromLabels(page: Described, reading: Reading): string | undefined {
  for (const { text } of shortTexts(page.outline)) {
    const match = label.exec(text)
    const date = match ? findDate(text.slice(match.index + match[0].length).slice(0, 60), reading) : undefined
    if (date) return date
  }
  return undefined
}

const dateClass = /date|time(?!line)|publish|pubtime|posted|byline|meta|info|source|stamp|datum|fecha/i

function fromDateElements(page: Described, reading: Reading): string | undefined {
  for (const { element, text } of shortTexts(page.outline)) {
    if (!dateClass.test(`${element.className} ${element.id}`)) continue
    const date = findDate(text, reading)
    if (date) return date
  }
  return undefined
}

const nearBy = 40
const longestText = 150

/** A short text with a date close after the headline, or just before it. */
function nearHeadline({ outline }: Described, reading: Reading): string | undefined {
  const at = outline.findIndex(({ element }) => element.localName === 'h1')
  if (at === -1) return undefined
  const near = [...outline.slice(at, at + nearBy), ...outline.slice(Math.max(0, at - 10), at)]
  return shortTexts(near).flatMap(({ text }) => findDate(text, reading) ?? [])[0]
}

function fromAddress({ url }: Described, reading: Reading): string | undefined {
  const path = new URL(url).pathname
  const match =
    /\/(20\d{2})[-/](\d{1,2})[-/](\d{1,2})(?=\/|[-_.]|$)/.exec(path) ??
    /\/(20\d{2})[-/]?(\d{2})[-/]?(\d{2})\//.exec(path)
  return match ? findDate(match.slice(1).join('-'), reading) : undefined
}

/** Short texts with a figure in them, in the order of the page, without what is about other articles or of readers. */
function shortTexts(entries: Entry[]): { element: PageElement; text: string }[] {
  return entries
    .filter(({ length, isOfOthers }) => !isOfOthers && length >= 4 && length <= longestText)
    .map(({ element }) => ({ element, text: lineOf(element) }))
    .filter(({ text }) => text.length <= longestText && /\d/.test(text))
}
