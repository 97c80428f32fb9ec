import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLines, sharedFolder } from './data.ts'
import { type Candidate, type Indexed, indexTexts, shownWith, type Text } from './related-articles.ts'
import type { Result } from './run.ts'

type Line = { id: string; title: string; body: string; ts: number }
type Link = [from: string, to: string]
/** A pair of articles, and whether a strict reader called the second a sensible related story of the first. */
type Judgement = [from: string, to: string, right: 0 | 1]
export type Point = { least: number; precision: number; served: number; judged: number }

const seedPage = '000_cd80326caef03758.txt'
const neverShown =
  /金价|黄金|期金|金店|日元|国债|日经|美股|球员|球队|体坛|大师赛|气象|天气|暴雪|冰川|旅客|铁路|珠峰/u

/** An editor's related links, the precision of what is shown, and the headlines beside the page that started the project. */
export async function* relatedResults(): AsyncGenerator<Result> {
  const texts = readTexts()
  const indexed = indexTexts(texts)
  yield* editorResults(indexed)
  const { precision, served, judged } = pointAt(indexed, { lists: shownByAll(indexed), least: 0 })
  yield {
    row: 1,
    metric: 'judged pairs: right among shown',
    n: judged,
    value: precision,
    goal: 0.75,
  }
  yield { row: 1, metric: 'share of articles with a related one', n: texts.length, value: served, goal: 0.55 }
  const wrong = seedShown(texts).filter((title) => neverShown.test(title)).length
  yield {
    row: 10,
    metric: 'seed page: shows no gold, football, weather',
    n: 40,
    value: wrong === 0 ? 1 : 0,
    goal: 1,
  }
}

/** Right among the judged pairs that are shown, against the articles that still have one, for higher and higher scores. */
export function curve(indexed: Indexed, leasts: number[]): Point[] {
  const lists = shownByAll(indexed)
  return leasts.map((least) => pointAt(indexed, { lists, least }))
}

export function readTexts(): Text[] {
  return readLines<Line>('zh-articles.jsonl').map(({ id, title, body, ts }) => ({
    id,
    title,
    body,
    at: ts * 1000,
    language: 'zh',
  }))
}

/** The titles of the page's own headlines that its article shows as related, among all other articles. */
export function seedShown(texts: Text[]): string[] {
  const path = join(sharedFolder, seedPage)
  if (!existsSync(path)) throw new Error(`There is no ${path}.`)
  const [page = '', list = ''] = readFileSync(path, 'utf8').split('相关阅读')
  const [title = '', , source = '', ...body] = page.trim().split('\n')
  const at = Math.max(...texts.map((text) => text.at))
  const text = (id: string, heading: string, content: string): Text => ({
    id,
    title: heading,
    body: content,
    at,
    language: 'zh',
  })
  const headlines = [...list.matchAll(/• (.+)/gu)].map(([, heading = '']) => heading.trim())
  const added = [
    text('seed', title, `${source}\n${body.join('\n')}`),
    ...headlines.map((one, n) => text(`headline-${n}`, one, '')),
  ]
  const indexed = indexTexts([...texts, ...added])
  return shownWith(indexed, texts.length).map(({ other }) => indexed.texts[other]?.title ?? '')
}

function* editorResults(indexed: Indexed): Generator<Result> {
  const numbers = new Map(indexed.texts.map(({ id }, index) => [id, index]))
  const chosen = new Map<number, Set<number>>()
  for (const [from, to] of readLinks()) {
    const [article, related] = [numbers.get(from), numbers.get(to)]
    if (article === undefined || related === undefined) continue
    chosen.set(article, (chosen.get(article) ?? new Set()).add(related))
  }
  const sums = { five: 0, ten: 0, rank: 0 }
  for (const [article, related] of chosen) {
    const at = indexed.texts[article]?.at ?? 0
    const ranks = indexed
      .candidates(article, 0)
      .filter(({ other }) => (indexed.texts[other]?.at ?? at) < at)
      .flatMap(({ other }, rank) => (related.has(other) ? [rank + 1] : []))
    sums.five += ranks.filter((rank) => rank <= 5).length / related.size
    sums.ten += ranks.filter((rank) => rank <= 10).length / related.size
    sums.rank += ranks.length > 0 ? 1 / (ranks[0] as number) : 0
  }
  const n = chosen.size
  yield { row: 1, metric: "editor's related links: R@5", n, value: sums.five / n, goal: 0.72 }
  yield { row: 1, metric: "editor's related links: R@10", n, value: sums.ten / n, goal: 0.8 }
  yield { row: 1, metric: "editor's related links: MRR", n, value: sums.rank / n, goal: 0.63 }
}

const shownByAll = (indexed: Indexed) => indexed.texts.map((_, index) => shownWith(indexed, index))

function pointAt(indexed: Indexed, { lists, least }: { lists: Candidate[][]; least: number }): Point {
  const numbers = new Map(indexed.texts.map(({ id }, index) => [id, index]))
  const shown = readJudgements().filter(([from, to]) =>
    lists[numbers.get(from) ?? -1]?.some(
      ({ other, score }) => score >= least && indexed.texts[other]?.id === to,
    ),
  )
  const served = lists.filter(([best]) => best !== undefined && best.score >= least).length
  return {
    least,
    precision: shown.filter(([, , right]) => right === 1).length / shown.length,
    served: served / indexed.texts.length,
    judged: shown.length,
  }
}

const readLinks = () =>
  JSON.parse(readFileSync(join(sharedFolder, 'relevance/related-links.json'), 'utf8')) as Link[]
const readJudgements = () =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'related-judgements.json'), 'utf8')) as Judgement[]
