import type { Person } from '../item.ts'
import { addressOf, partsOf, textOf } from './embedded-data.ts'
import { elementsOfOthers, nearest } from './outline.ts'
import { absoluteUrl, lineOf } from './page-document.ts'
import type { Described } from './page-metadata.ts'

const maxAuthors = 10
const maxNameLength = 60
const longestLine = 200

/** Who wrote an article: JSON-LD, then meta elements, then bylines. Editors (`编辑：`) are not authors. */
export function readAuthors(page: Described): Person[] {
  for (const read of [fromData, fromMetas, fromMarkup, fromChineseLine, fromByline]) {
    const authors = distinct(read(page).flatMap(cleaned))
    if (authors.length > 0) return authors.slice(0, maxAuthors)
  }
  return []
}

function fromData({ document, data }: Described): Person[] {
  return partsOf(data.author ?? data.creator).flatMap((author) => {
    const url = typeof author === 'object' ? (absoluteUrl(document, addressOf(author)) ?? null) : null
    const name = textOf(author)
    return name ? splitNames(name).map((each) => ({ name: each, url })) : []
  })
}

const metaNames = [
  'author',
  'article:author',
  'og:article:author',
  'byl',
  'dc.creator',
  'dc.creator.name',
  'dcterms.creator',
  'parsely-author',
  'sailthru.author',
  'citation_author',
  'article:author_name',
  'authors',
  'mediaid',
  'twitter:data1:author',
]

function fromMetas({ metas }: Described): Person[] {
  for (const name of metaNames) {
    const names = (metas.get(name) ?? [])
      .flatMap(splitNames)
      .filter((author) => !/^https?:|^@|^www\./i.test(author))
    if (names.length > 0) return names.map((author) => ({ name: author, url: null }))
  }
  return []
}

function fromMarkup({ document, outline }: Described): Person[] {
  const ofOthers = elementsOfOthers(outline)
  for (const selector of [
    '[itemprop~=author] [itemprop~=name]',
    '[itemprop~=author]',
    'a[rel~=author]',
    '.p-author',
    '.author-name, .author_name, .authorName',
  ]) {
    const elements = document
      .querySelectorAll(selector)
      .filter((element) => !ofOthers.has(element))
      .slice(0, maxAuthors)
    const people = elements.flatMap((element) => {
      const url =
        absoluteUrl(document, nearest(element, ({ localName }) => localName === 'a')?.getAttribute('href')) ??
        null
      return splitNames(element.getAttribute('content') ?? lineOf(element)).map((name) => ({ name, url }))
    })
    if (people.length > 0) return people
  }
  return []
}

const chineseAuthor =
  /(?:^|[\s|｜　(（【])(?:作者|撰文|文|记者|撰稿)\s*[:：/丨|]\s*([^\s|｜）)】,，;；/]{2,20}(?:[、,，][^\s|｜）)】:：]{2,10}){0,4})/u

/** `作者：张三`, alone or in a line with the date and the source. */
function fromChineseLine({ outline }: Described): Person[] {
  for (const { element, length, isOfOthers } of outline) {
    if (isOfOthers || length < 4 || length > longestLine) continue
    const names = chineseAuthor.exec(lineOf(element))?.[1]
    if (names) return splitNames(names).map((name) => ({ name, url: null }))
  }
  return []
}

function fromByline({ document, outline }: Described): Person[] {
  const ofOthers = elementsOfOthers(outline)
  for (const element of document.querySelectorAll(
    '[class*=byline], [id*=byline], [class*=author], [class*=Author]',
  )) {
    const text = lineOf(element)
    if (text.length > 120 || ofOthers.has(element)) continue
    const link = element.querySelector('a')
    const linked = lineOf(link)
    const named =
      linked && linked.length <= maxNameLength ? linked : /^(?:by|von|par|por|di)[:\s]+(.+)$/i.exec(text)?.[1]
    const names = splitNames(named ?? '').filter((name) => /^\p{Lu}|\p{Script=Han}/u.test(name))
    if (names.length > 0)
      return names.map((name) => ({ name, url: absoluteUrl(document, link?.getAttribute('href')) ?? null }))
  }
  return []
}

function splitNames(text: string): string[] {
  return text.split(/\s*(?:[,;，；、|]|\s(?:and|und|et|y|&)\s)\s*/i).filter((name) => name !== '')
}

function cleaned({ name, url }: Person): Person[] {
  const bare = name
    .replace(
      /^(?:by|von|written by|posted by|作者|记者|文)\s*[:：/]?\s+|^(?:作者|记者|文|撰文)[:：/]\s*/i,
      '',
    )
    .replace(/\s*[(（<].*$|\s+(?:on|am)\s.*$/u, '')
    .trim()
  const isName = bare.length >= 2 && bare.length <= maxNameLength && !/[@{}]|https?:|\d{4}/.test(bare)
  return isName &&
    !/^(?:admin|administrator|root|null|undefined|未知|佚名|网络|本站|editor|staff|name|author)$/i.test(bare)
    ? [{ name: bare, url }]
    : []
}

function distinct(people: Person[]): Person[] {
  const seen = new Set<string>()
  return people.filter(({ name }) => {
    const key = name.toLowerCase()
    return !seen.has(key) && seen.add(key)
  })
}
