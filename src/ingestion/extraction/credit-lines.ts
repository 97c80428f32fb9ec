import { siteOf } from '../../outbound/hosts.ts'
import { nearest } from './outline.ts'
import { absoluteUrl, line, lineOf, type PageElement } from './page-document.ts'
import type { Described } from './page-metadata.ts'

/** A line that says where an article is from: as it stands there, and what it names. */
export type CreditLine = {
  text: string
  publisher: string | undefined
  /** Addresses on other sites. */
  urls: string[]
  translators: string[]
}

const longestLine = 300
const leading = '^[\\s\\p{Ps}*※•·—–▲▶►>|-]*'

const chineseLabels = [
  '原文(?:链接|地址|网址|出处|来源|标题链接|鏈接|地址)?\\s*[:：]',
  '(?:原链接|原始链接|出处|稿源)\\s*[:：]',
  '(?:文章|稿件|信息|新闻|内容|本文)?(?:来源|來源)\\s*[:：]',
  '(?:本文|文章|本篇)?(?:转载自|轉載自|转自|转载于|摘自|摘编自|编译自|編譯自|翻译自|译自|首发于|原载于?)\\s*[:：]?',
  '(?:本文|文章|本篇)(?:来自|来源于?|源自|源于|出自|选自|由)\\s*[:：]?',
  '来自\\s*[:：]',
]
const englishLabels = [
  '(?:via|h/t|hat tip|sources?|original|original (?:source|article|post|story)|quellen?|fuentes?|fonte)\\s*[:：]',
  '(?:this (?:article|post|story|piece|interview|essay) (?:was |is |has been )?|an? (?:earlier |longer )?version of this (?:article|post|story) )?(?:(?:originally|first) (?:published|posted|appeared)|republished|reprinted|syndicated)(?: with permission)? (?:at|on|in|by|from)\\b\\s*[:：]?',
  '(?:translated|adapted) from\\b\\s*[:：]?',
  '(?:read|see) the original (?:article|story|post)(?: (?:at|on|in))?\\b\\s*[:：]?',
]
const sourceLine = new RegExp(`${leading}(?:${[...chineseLabels, ...englishLabels].join('|')})`, 'iu')
/** Labels without a colon that begin sentences too: a short line with a link is a credit. */
const bareLabel = new RegExp(`${leading}(?:via|source)\\s`, 'iu')
const longestBareLine = 80
/** `2026-11-23 14:08 来源：…`, the line below a headline. */
const inlineSource = /(?:^|[\s|｜(（])(?:来源|來源|稿源|出处)\s*[:：]/u
const longestInlineLine = 120
const translatorLabel =
  /(?:^|[\s|｜,，;；、(（【[])(?:译者|翻译|翻譯|编译|編譯|译)\s*[:：/]\s*(?<zh>[^\s|｜,，;；)）】\]。]{2,20})|\btranslat(?:ed by|or\s?[:：])\s*(?<en>\p{Lu}[\p{L}.'’-]{0,20}(?:\s\p{Lu}[\p{L}.'’-]{0,20}){0,3})/u
const translatorLine = new RegExp(
  `${leading}(?:译者|翻译|翻譯|编译|編譯|译)\\s*[:：]|${leading}translat(?:ed by|or\\s?:)`,
  'iu',
)
const copyrightLine = new RegExp(
  `${leading}(?:(?:文章|本文|本站|特别)?(?:版权|版權)(?:声明|聲明|归|所有|为)|转载(?:请|须|或|时)|本文(?:版权|经|系|已获).{0,60}(?:转载|授权|版权|原创|发布)|未经.{0,20}(?:授权|许可|允许|同意)|(?:特别)?(?:声明|说明)\\s*[:：].{0,80}(?:转载|版权|来源))`,
  'u',
)
const shortestCopyrightLine = 12

const notCredits = new Set(['figure', 'figcaption', 'nav', 'h1', 'pre'])
/** Most lines are told apart by these at once. */
const mayCredit =
  /[源自译譯原出处由来权權转轉载經经]|声明|聲明|via|source|h\/t|hat tip|original|publi|posted|appeared|print|syndicat|translat|adapted|quelle|fuente|fonte/iu

/** What a block of text credits, if it is a credit line and nothing else. */
export function readCreditLine(page: Described, block: PageElement): CreditLine | undefined {
  const text = lineOf(block)
  if (text.length > longestLine || !mayCredit.test(text)) return undefined
  if (nearest(block, ({ localName }) => notCredits.has(localName))) return undefined
  const urls = addressesIn(page, block, text)
  const named = sourceIn(text, urls)
  const translator = translatorLabel.exec(text)?.groups
  const translators = namesIn(translator?.zh ?? translator?.en)
  const isCredit =
    (named !== undefined && (named !== '' || urls.length > 0)) ||
    (translatorLine.test(text) && translators.length > 0) ||
    (copyrightLine.test(text) && text.length >= shortestCopyrightLine)
  return isCredit ? { text, publisher: named || undefined, urls, translators } : undefined
}

/** What follows the label of a source, which may be nothing but an address; `undefined` where there is no label. */
function sourceIn(text: string, urls: string[]): string | undefined {
  const labels = [
    sourceLine,
    ...(text.length <= longestBareLine && urls.length > 0 ? [bareLabel] : []),
    ...(text.length <= longestInlineLine ? [inlineSource] : []),
  ]
  const match = labels.map((label) => label.exec(text)).find((found) => found !== null)
  return match ? publisherIn(text.slice(match.index + match[0].length)) : undefined
}

const nameEnd =
  /https?:|[|｜;；，,。（(）)【】[\]>]|(?:\.\s|\.$)|\s+(?=作者|编辑|責編|责编|责任|时间|发布|记者|译者|翻译|编译|校对|阅读|评论|\d{4}|原文|on\s\p{Lu}|under\b|with\b|and\b)|(?<=\p{Script=Han})\s+(?=\p{Script=Han})/u
const nobody = /^(?:网络|互联网|本站|原创|本网|综合|网友|投稿|自媒体|the web|internet|original)$/iu

function publisherIn(text: string): string {
  const name = line(text.split(nameEnd, 1)[0])
    .replace(/^(?:the\s)?(?:微信公众号|公众号|微信|微博)\s*[:：“"「]?/u, '')
    .replace(/^[\s:：“"《「『]+|[\s:：”"》」』.]+$/gu, '')
    .replace(/授权(?:转载|发布)$/u, '')
  return name.length > 60 || nobody.test(name) ? '' : name
}

function namesIn(text: string | undefined): string[] {
  return (text ?? '')
    .split(/[、,，&]|\sand\s/)
    .map((name) => line(name))
    .filter((name) => name.length >= 2)
}

const addressInText = /https?:\/\/[^\s<>"'，。；、）)】\]]+/g

function addressesIn({ document, url }: Described, block: PageElement, text: string): string[] {
  const linked = block.querySelectorAll('a[href]').map((link) => link.getAttribute('href'))
  return [...linked, ...(text.match(addressInText) ?? [])].flatMap((address) => {
    const absolute = absoluteUrl(document, address)
    return absolute && siteOf(absolute) !== siteOf(url) ? [absolute] : []
  })
}
