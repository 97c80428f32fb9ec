import type { FeedItem, ParsedFeed } from '../../src/ingestion/item.ts'
import { addressOf, withAbsoluteAddresses } from '../../src/ingestion/parsing/addresses.ts'
import { decodeBytes } from '../../src/ingestion/parsing/decode.ts'
import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { sameAddress, sameHtml, sameLine } from './compare.ts'
import { feedFiles, type SavedFile } from './corpus.ts'
import { type Claim, claimsOf, type Literal } from './expression.ts'
import type { Row } from './row.ts'

const now = new Date('2026-11-26T12:00:00Z')
const address = 'http://127.0.0.1:8097/tests/feed.xml'

type Judgement = 'right' | 'wrong' | undefined
export type Verdict = { name: string; judgement: Judgement; why: string }

/** The share of feedparser's expectations that hold, of those about what our items have. */
export function feedparserRow(): Row {
  const verdicts = feedFiles('feedparser').filter(hasExpectation).map(verdictOn)
  const judged = verdicts.filter(({ judgement }) => judgement !== undefined)
  const reasons = Map.groupBy(
    verdicts.filter(({ judgement }) => judgement === undefined),
    ({ why }) => why,
  )
  const leftOut = [...reasons].map(([why, { length }]) => `${length} ${why}`).join(', ')
  return {
    name: 'feedparser: expectations that hold',
    value: judged.filter(({ judgement }) => judgement === 'right').length / judged.length,
    goal: 0.97,
    n: judged.length,
    note: `left out: ${leftOut}`,
  }
}

function hasExpectation({ bytes }: SavedFile): boolean {
  return commentOf(bytes).includes('Expect:')
}

function commentOf(bytes: Uint8Array): string {
  return /<!--([\s\S]*?)-->/.exec(decodeBytes(bytes, { contentType: null }, 'feed').text)?.[1] ?? ''
}

export function verdictOn(file: SavedFile): Verdict {
  const { name, bytes } = file
  // What is done to dangerous HTML is the business of a later stage.
  if (name.includes('/sanitize/')) return { name, judgement: undefined, why: 'on sanitising' }
  if (name.includes('/cdf/')) return { name, judgement: undefined, why: 'in CDF, which is not read' }
  const comment = commentOf(bytes)
  const expression = /Expect:\s*([\s\S]*)/.exec(comment)?.[1]?.trim() ?? ''
  const known = claimsOf(expression).filter((claim) => judgeOf(claim.path) && isKept(claim, bytes))
  if (known.length === 0) return { name, judgement: undefined, why: 'on what our items do not have' }
  const wrong = known.filter((claim) => !holds(file, comment, claim))
  return { name, judgement: wrong.length === 0 ? 'right' : 'wrong', why: JSON.stringify(wrong) }
}

/** Of a category with a label our items keep that, and of people those who have a name. */
function isKept({ path }: Claim, bytes: Buffer): boolean {
  if (path.includes('term')) return !bytes.includes(' label="')
  const isAddressOfPerson = /^author/.test(path[2] ?? '') && (path.at(-1) === 'url' || path.at(-1) === 'href')
  return !isAddressOfPerson || bytes.includes('name>')
}

function holds({ bytes }: SavedFile, comment: string, { path, expected }: Claim): boolean {
  const header = (name: string) => new RegExp(`Header:\\s*${name}:\\s*(.*)`, 'i').exec(comment)?.[1]?.trim()
  const url = addressOf(header('Content-Location'), address) ?? address
  try {
    const feed = parseFeed(bytes, { contentType: header('Content-type') ?? null, url, now })
    return judgeOf(path)?.(feed, expected, url) ?? false
  } catch {
    return false
  }
}

type Judge = (feed: ParsedFeed, expected: Literal, url: string) => boolean

function judgeOf(path: string[]): Judge | undefined {
  if (path[0] === 'feed') return feedJudges[path.slice(1).join('.')]
  const judge = itemJudges[path.slice(2).join('.').replace(/\d+/g, 'N')]
  if (!judge) return undefined
  const at = Number(path.slice(2).find((key) => /^\d+$/.test(key)) ?? 0)
  return (feed, expected, url) => {
    const item = feed.items[Number(path[1])]
    return item !== undefined && judge(item, expected, at, feed.homeUrl ?? url)
  }
}

const feedJudges: Record<string, Judge> = {
  title: ({ title }, expected) => isLine(title, expected),
  'title_detail.value': ({ title }, expected) => isLine(title, expected),
  link: ({ homeUrl }, expected) => isAddress(homeUrl, expected),
  language: ({ language }, expected) => isLanguage(language, expected),
}

type ItemJudge = (item: FeedItem, expected: Literal, at: number, base: string) => boolean

const isTitle: ItemJudge = ({ title }, expected) => isLine(title, expected)
const isSummary: ItemJudge = ({ summaryHtml, contentHtml }, expected, _, base) =>
  isHtml(summaryHtml ?? contentHtml, expected, base)
const isId: ItemJudge = ({ guid }, expected) => guid === expected || isAddress(guid, expected)
const isPublished: ItemJudge = ({ publishedAt }, expected) => isTime(publishedAt, expected)
const isUpdated: ItemJudge = ({ updatedAt, publishedAt }, expected) =>
  isTime(updatedAt ?? publishedAt, expected)
const isAuthorUrl: ItemJudge = ({ authors }, expected, at) => isAddress(authors[at]?.url ?? null, expected)

const itemJudges: Record<string, ItemJudge> = {
  title: isTitle,
  'title_detail.value': isTitle,
  link: ({ url }, expected) => isAddress(url, expected),
  id: isId,
  guid: isId,
  summary: isSummary,
  description: isSummary,
  'summary_detail.value': isSummary,
  'content.N.value': ({ contentHtml, summaryHtml }, expected, at, base) =>
    at === 0 && isHtml(contentHtml ?? summaryHtml, expected, base),
  published: isPublished,
  published_parsed: isPublished,
  created_parsed: isPublished,
  updated: isUpdated,
  updated_parsed: isUpdated,
  author: ({ authors }, expected) => isLine(authors[0]?.name ?? null, withoutMail(expected)),
  'author_detail.name': ({ authors }, expected) => isLine(authors[0]?.name ?? null, expected),
  'authors.N.name': ({ authors }, expected, at) => isLine(authors[at]?.name ?? null, expected),
  'author_detail.url': isAuthorUrl,
  'author_detail.href': isAuthorUrl,
  'authors.N.url': isAuthorUrl,
  'tags.N.term': ({ categories }, expected, at) => isLine(categories[at] ?? null, expected),
  category: ({ categories }, expected) => isLine(categories[0] ?? null, expected),
  'content.N.language': ({ language }, expected) => isLanguage(language, expected),
  rights: ({ rights }, expected) => isLine(rights, expected),
  'source.title': ({ origin }, expected) => isLine(origin?.name ?? null, expected),
  'source.link': ({ origin }, expected) => isAddress(origin?.url ?? null, expected),
}

function isLine(ours: string | null, expected: Literal): boolean {
  return typeof expected === 'string' ? sameLine(ours, expected) : ours === expected
}

function isAddress(ours: string | null, expected: Literal): boolean {
  return typeof expected === 'string' ? sameAddress(ours, expected) : ours === expected
}

/** Later stages make addresses absolute, as feedparser does at once. */
function isHtml(ours: string | null, expected: Literal, base: string): boolean {
  if (typeof expected !== 'string') return ours === expected
  return sameHtml(ours, expected) || (ours !== null && sameHtml(withAbsoluteAddresses(ours, base), expected))
}

function isLanguage(ours: string | null, expected: Literal): boolean {
  return typeof expected === 'string' ? ours?.toLowerCase() === expected.toLowerCase() : ours === expected
}

/** A tuple of `time.struct_time`, or a date as it is written. */
function isTime(ours: string | null, expected: Literal): boolean {
  if (ours === null) return expected === null
  if (typeof expected === 'string') return Date.parse(ours) === Date.parse(expected)
  if (!Array.isArray(expected)) return false
  const [year, month, day, hour, minute, second] = expected.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return Date.parse(ours) === Date.UTC(year, month - 1, day, hour, minute, second)
}

/** The part of an author that our items keep. */
function withoutMail(expected: Literal): Literal {
  return typeof expected === 'string' ? expected.replace(/\s*\(?\S+@\S+\)?/, '') : expected
}
