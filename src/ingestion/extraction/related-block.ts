import type { ExtractedPage } from '../page.ts'
import { nearest } from './outline.ts'
import {
  absoluteUrl,
  isElementNode,
  line,
  lineOf,
  type PageDocument,
  type PageElement,
  type PageNode,
} from './page-document.ts'
import type { Described } from './page-metadata.ts'

type Link = ExtractedPage['relatedLinks'][number]

const maxLinks = 100
const chinese =
  '(?:相关|推荐|延伸|扩展|拓展|更多)(?:阅读|文章|新闻|资讯|报道|链接|推荐|内容|专题)|(?:为您|为你|猜你)(?:推荐|喜欢)|(?:你|您)可能(?:还|也|会)?(?:喜欢|感兴趣)|(?:大家|您)(?:还|都)在看|相關(?:閱讀|文章|新聞|報導)|推薦閱讀|延伸閱讀|猜你喜歡|関連(?:記事|リンク|ニュース)|あわせて読みたい|관련\\s?(?:기사|뉴스)'
const english =
  'related(?: (?:articles?|stor(?:y|ies)|posts?|news|content|links?|coverage|reading|topics))?|read (?:more|next|also)|also read|more (?:on this(?: story| topic)?|stories|news|from .{1,40}|in .{1,30})|(?:you )?(?:may|might) also (?:like|be interested in)|recommended(?: (?:for you|stories|reading|articles))?|(?:further|suggested) reading|up next|what to read next|similar (?:articles|stories|posts)'
const european =
  '(?:verwandte|ähnliche|weitere|empfohlene|passende) (?:artikel|beiträge|themen|meldungen|nachrichten)(?: zum thema)?|weiterführende(?:r|n)? links?|mehr (?:zum thema|aus .{1,30})|(?:lesen|hören) sie auch|auch interessant|das könnte (?:sie|dich) (?:auch|ebenfalls) interessieren|lesetipps?|[àa] lire (?:aussi|également)|lire (?:aussi|la suite)|(?:articles|sujets) (?:similaires|liés|associés)|le[ae]r también|te puede interesar|también te puede interesar|(?:notas|noticias|artículos) relacionad[oa]s|(?:leia|veja) (?:também|mais)|(?:notícias|matérias) relacionadas|leggi anche|articoli correlati|lees ook'
const words = `(?:${chinese}|${english}|${european})`
const wholeLabel = new RegExp(`^[\\s\\p{P}\\p{S}]*${words}[\\s\\p{P}\\p{S}]*$`, 'iu')
const labelStart = new RegExp(`^[\\s\\p{P}\\p{S}]*${words}`, 'iu')
const startingLabel = new RegExp(`^[\\s\\p{P}\\p{S}]*${words}\\s*[:：]`, 'iu')
const longestLabel = 60
const longestBlock = 2000
const labelElements = new Set(
  'h1 h2 h3 h4 h5 h6 p div span strong b em dt legend header label a li center font td section i'.split(' '),
)

/**
 * Takes the blocks of links to other articles out of a page, each a label such as 相关阅读 or "You may also like" and the list after
 * it, and answers their links in order.
 */
export function liftRelated({ document, outline }: Described): Link[] {
  const links = new Map<string, Link>()
  for (const { element, length, start } of outline) {
    if (
      length > longestBlock ||
      !labelStart.test(start.slice(0, longestLabel)) ||
      !document.contains(element)
    )
      continue
    for (const part of relatedAt(element)) {
      for (const link of linksIn(document, part)) if (!links.has(link.url)) links.set(link.url, link)
      part.remove()
    }
  }
  return [...links.values()].slice(0, maxLinks)
}

/** The label and the list that begin with this element, if it is a label. */
function relatedAt(element: PageElement): PageNode[] {
  if (!labelElements.has(element.localName)) return []
  const text = lineOf(element)
  const label = startingLabel.exec(text)?.[0]
  if (label && isMostlyLinks(element, label.length)) return [element]
  if (text.length > longestLabel || !wholeLabel.test(text) || isALink(element)) return []
  return labelAndList(element)
}

/** "Read more" that leads somewhere is a link, not a label of links. */
function isALink(element: PageElement): boolean {
  const around = nearest(element, (each) => isLink(each) || /^(?:nav|h[1-6])$/.test(each.localName))
  if (around) return isLink(around) || around.localName === 'nav'
  return element.querySelector('a[href]') !== null
}

function labelAndList(label: PageElement): PageNode[] {
  let start = label
  for (let levels = 0; levels < 5; levels++) {
    const list = listAfter(start)
    if (list.some(hasLink)) return [start, ...list]
    const parent = start.parentElement
    // Up only as long as the parent begins with the label and holds nothing else.
    if (!parent || parent.localName === 'body' || lineOf(parent) !== lineOf(label)) return []
    start = parent
  }
  return []
}

/** What follows as long as it is links: lists, paragraphs of one link, bare links with bullets and line breaks between. */
function listAfter(start: PageElement): PageNode[] {
  const list: PageNode[] = []
  for (let node = start.nextSibling; node; node = node.nextSibling) {
    if (isElementNode(node)) {
      const empty = lineOf(node) === ''
      if (!empty && !isList(node)) break
    } else if (/[\p{L}\p{N}]/u.test(node.textContent)) break
    list.push(node)
  }
  return list
}

const hasLink = (node: PageNode) =>
  isElementNode(node) && (isLink(node) || node.querySelector('a[href]') !== null)

const isLink = (node: PageNode): boolean =>
  isElementNode(node) && node.localName === 'a' && node.hasAttribute('href')

function isList(element: PageElement): boolean {
  if (/^h[1-6]$/.test(element.localName)) return false
  return isLink(element) || isMostlyLinks(element, 0) || isCards(element)
}

function isMostlyLinks(element: PageElement, without: number): boolean {
  const links = element.querySelectorAll('a[href]')
  if (links.length === 0) return false
  const linked = links.reduce((sum, link) => sum + lineOf(link).length, 0)
  return linked > 0 && linked >= 0.6 * (lineOf(element).length - without)
}

const longestCard = 500

/** Two or more parts, each with a link and little text: headline, picture, teaser, date. */
function isCards(element: PageElement): boolean {
  let cards = element
  while (cards.children.length === 1 && cards.children[0]) cards = cards.children[0]
  const parts = cards.children.filter((part) => lineOf(part) !== '')
  return (
    parts.length >= 2 &&
    parts.every(
      (part) =>
        (isLink(part) || part.querySelector('a[href]') !== null) && part.textContent.length <= longestCard,
    )
  )
}

function linksIn(document: PageDocument, node: PageNode): Link[] {
  if (!isElementNode(node)) return []
  const anchors = isLink(node) ? [node] : node.querySelectorAll('a[href]')
  return anchors.flatMap((anchor) => {
    const address = anchor.getAttribute('href') ?? ''
    const url = address.startsWith('#') ? undefined : absoluteUrl(document, address)
    const title = lineOf(anchor) || line(anchor.getAttribute('title'))
    return url && title ? [{ url, title }] : []
  })
}
