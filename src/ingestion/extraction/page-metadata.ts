import { canonicalLanguage, languageOfScript } from '../../shared/language.ts'
import type { Person } from '../item.ts'
import { licenceOf } from '../licences.ts'
import type { ExtractedPage } from '../page.ts'
import { addressOf, articleDataOf, type Thing, textOf } from './embedded-data.ts'
import { type Entry, outlineOf } from './outline.ts'
import { readAuthors } from './page-authors.ts'
import { readDate } from './page-dates.ts'
import { absoluteUrl, line, lineOf, type PageDocument } from './page-document.ts'
import { readTitle } from './page-title.ts'

/** A page, and what it says of itself to machines: its meta elements by name in lower case, and the JSON-LD of its article. */
export type Described = {
  document: PageDocument
  url: string
  metas: Map<string, string[]>
  data: Thing
  outline: Entry[]
  siteName: string | null
  language: string | null
}

export type Metadata = Pick<
  ExtractedPage,
  | 'title'
  | 'licence'
  | 'summary'
  | 'publishedAt'
  | 'imageUrl'
  | 'canonicalUrl'
  | 'language'
  | 'siteName'
  | 'feeds'
> & { authors: Person[] }

export function describe(document: PageDocument, url: string): Described {
  const metas = metasOf(document)
  const data = articleDataOf(document)
  const described = { document, url, metas, data, outline: outlineOf(document.body) }
  return { ...described, siteName: siteNameOf(described), language: languageOf(described) }
}

export function readMetadata(page: Described, input: { zone: string | null; now: Date }): Metadata {
  const { document, data } = page
  return {
    title: readTitle(page),
    summary:
      firstMeta(page, ['og:description', 'description', 'twitter:description', 'dc.description']) ??
      textOf(data.description) ??
      null,
    authors: readAuthors(page),
    publishedAt: readDate(page, input),
    imageUrl: imageOf(page),
    canonicalUrl: canonicalOf(page),
    language: page.language,
    siteName: page.siteName,
    licence: readLicence(page),
    feeds: feedsOf(document),
  }
}

function metasOf(document: PageDocument): Map<string, string[]> {
  const metas = new Map<string, string[]>()
  for (const meta of document.getElementsByTagName('meta')) {
    const content = line(meta.getAttribute('content'))
    if (!content) continue
    for (const attribute of ['property', 'name', 'itemprop', 'http-equiv']) {
      for (const name of (meta.getAttribute(attribute) ?? '').toLowerCase().split(/\s+/)) {
        if (name) metas.set(name, [...(metas.get(name) ?? []), content])
      }
    }
  }
  return metas
}

/** What the first of these meta elements that is there says. */
export function firstMeta({ metas }: Pick<Described, 'metas'>, names: string[]): string | undefined {
  for (const name of names) {
    const content = metas.get(name)?.[0]
    if (content) return content
  }
  return undefined
}

function siteNameOf(page: Omit<Described, 'siteName' | 'language'>): string | null {
  const name =
    firstMeta(page, ['og:site_name']) ??
    textOf(page.data.publisher) ??
    firstMeta(page, ['application-name', 'apple-mobile-web-app-title', 'dc.publisher'])
  return name && name.length <= 80 ? name : null
}

function languageOf({ document, metas }: Omit<Described, 'siteName' | 'language'>): string | null {
  const named = [
    document.documentElement.getAttribute('lang'),
    document.documentElement.getAttribute('xml:lang'),
    document.body.getAttribute('lang'),
    metas.get('og:locale')?.[0],
    metas.get('content-language')?.[0],
    metas.get('dc.language')?.[0],
  ]
  const tags = named.flatMap((name) => {
    const tag = name ? canonicalLanguage(name.split(',')[0]?.trim().replaceAll('_', '-') ?? '') : undefined
    return tag ? [tag] : []
  })
  const script = languageOfScript(lineOf(document.querySelector('title')))
  // Templates of English make say that their Chinese pages are English; the script of a title does not.
  if (script && !tags.some((tag) => tag.startsWith(script))) return script
  return tags[0] ?? null
}

function imageOf({ document, metas, data }: Described): string | null {
  const named = [
    ...(metas.get('og:image') ?? []),
    ...(metas.get('og:image:url') ?? []),
    addressOf(data.image),
    ...(metas.get('twitter:image') ?? []),
    ...(metas.get('twitter:image:src') ?? []),
    document.querySelector('link[rel=image_src]')?.getAttribute('href'),
    ...(metas.get('thumbnailurl') ?? []),
    ...(metas.get('image') ?? []),
    addressOf(data.thumbnailUrl),
  ]
  return named.flatMap((address) => absoluteUrl(document, address) ?? [])[0] ?? null
}

function canonicalOf({ document, metas, data, url }: Described): string | null {
  const named = [
    document.querySelector('link[rel~=canonical]')?.getAttribute('href'),
    metas.get('og:url')?.[0],
    addressOf(data.url),
    addressOf(data.mainEntityOfPage),
  ]
  const canonical = named.flatMap((address) => absoluteUrl(document, address) ?? [])[0]
  // A home page that stands for all pages is a mistake of a template.
  if (!canonical || (isHome(canonical) && !isHome(url))) return null
  return canonical
}

const isHome = (address: string) => {
  const url = URL.parse(address)
  return url?.pathname === '/' && url.search === ''
}

/** As the head says it; else as links in the page do, where they agree: pictures have licences of their own. */
function readLicence({ document, metas, data }: Described): string | null {
  const hrefs = (selector: string) =>
    [...document.querySelectorAll(selector)].map((link) => link.getAttribute('href'))
  const named = [...hrefs('link[rel~=license]'), addressOf(data.license)]
  const said = ['dc.rights', 'dcterms.rights', 'dcterms.license', 'copyright'].flatMap((name) =>
    metas.get(name),
  )
  const ofHead = licenceOf([...named, ...said])
  if (ofHead) return ofHead
  const linked = new Set(hrefs('a[rel~=license]').map((href) => licenceOf([href])))
  return linked.size === 1 ? ([...linked][0] ?? null) : null
}

const feedTypes = /^(application\/(?:rss|atom|rdf)\+xml|application\/(?:feed\+)?json)\b/i

function feedsOf(document: PageDocument): ExtractedPage['feeds'] {
  const feeds = new Map<string, ExtractedPage['feeds'][number]>()
  for (const link of document.querySelectorAll('link[rel~=alternate]')) {
    const type = feedTypes.exec(link.getAttribute('type')?.trim() ?? '')?.[1]?.toLowerCase()
    const url = absoluteUrl(document, link.getAttribute('href'))
    // WordPress names its API as plain JSON.
    if (!type || !url || feeds.has(url) || url.includes('/wp-json/')) continue
    feeds.set(url, { url, title: line(link.getAttribute('title')) || null, type })
  }
  return [...feeds.values()]
}
