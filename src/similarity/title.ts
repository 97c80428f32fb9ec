import { folded } from '../text-index/folding.ts'
import { isKnownName, isStockWord, namesOf } from './names.ts'
import type { Frequencies } from './vector.ts'
import { wordsOf } from './words.ts'

/**
 * What a title says an article is about: its words and how rare each is, from 0 to 1; its names; how it begins; and the known
 * company with which it begins.
 */
export type Title = { words: Map<string, number>; names: Set<string>; start: string; maker: string }

const longestStart = 24
/** Of companies that are known by name, and that the dictionary may not have as a word. */
const rarityOfCompanies = 0.4

/** What a product is made of is named behind these words. A processor joins the notebooks of all makers. */
const partsFrom =
  /(?<=.{6})(?:搭载|搭配|可选|配备|标配|首搭|采用|搭|[配升级](?=\s*[A-Za-z\d])|(?:powered|equipped) (?:by|with))/u
const attribution =
  /^(?:消息称|曝|传|网传|据[传悉]|报道称|独家[｜|]?|36氪(?:首发|独家)\s*[|｜]\s*|最前线\s*[|｜])/u
const han = /\p{Script=Han}/u
/** " - Outlet", " | Outlet" or " [outlet]" behind a title joins all that the outlet writes. */
const siteName = /\s+(?:(?:[|:–—-]|\\\\)\s+[^|]{2,40}|\[[^\]]+\])$/u
const spacesAndQuotes = /[\s“”"「」《》*]/g

export function titleOf(title: string, lead: string, { documents, of }: Frequencies): Title {
  const own = han.test(title) ? title : title.replace(siteName, '')
  const parts = partsFrom.exec(own)
  const subject = parts ? own.slice(0, parts.index) : own
  const names = namesOf(subject, lead)
  const words = new Map<string, number>()
  const inAll = Math.log(documents + 1)
  for (const word of [...wordsOf(subject), ...names]) {
    if (isStockWord(word)) continue
    const frequency = of(word)
    if (frequency === 0 && isKnownName(word)) words.set(word, rarityOfCompanies)
    else words.set(word, Math.max(0, Math.log((documents + 1) / (Math.max(1, frequency) + 0.5)) / inAll))
  }
  const start = folded(title.replace(attribution, '')).text.replace(spacesAndQuotes, '')
  const maker = [...names].find((known) => isKnownName(known) && start.startsWith(known)) ?? ''
  return { words, names, start: start.slice(0, longestStart), maker }
}

/** Who and what many titles begin with that have nothing else in common. */
const commonStart =
  /^(?:我国|中国|全国|全球|国内|国产|首[款个批]|今[日天年]|国家|全新|新一代|第|\d|[a港美]股|沪深|热门|恒[指生]|市场监管|工信部|央视|外媒|机构|[美韩德英]国|日本|欧[洲盟]|北京|上海|深圳|马来|印[度尼]|俄罗|加拿|澳大|某)/u
const name = /^(?:\p{Script=Han}{3}|\p{Script=Han}{2}[：:（(a-z\d])/u

const verb = /(?:推出|发布|官宣|上架|宣布|回应|确认|公布|预热|开启|正式)+$/u
const rarityOfProducts = 0.2

/**
 * The words with which both titles begin, where they name a company, a work or a product; else nothing. What follows the name of
 * a company that both titles have is worth less than a name, and its name alone nothing more.
 */
export function sharedStart(a: Title, b: Title): { text: string; weight: number } | undefined {
  let length = 0
  while (length < a.start.length && a.start[length] === b.start[length]) length++
  const text = a.start.slice(0, length).replace(verb, '')
  const isNamed =
    name.test(text + (a.start[text.length] ?? '')) && name.test(text + (b.start[text.length] ?? ''))
  if (!isNamed || commonStart.test(text)) return undefined
  const known = [...a.names]
    .filter((one) => b.names.has(one) && text.includes(one))
    .sort((one, other) => other.length - one.length)[0]
  if (known === undefined) return { text, weight: rarityOfCompanies }
  return { text, weight: text.length >= known.length + 2 ? rarityOfProducts : 0 }
}
