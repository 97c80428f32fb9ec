import { corpusFile } from '../bench/corpus.ts'
import {
  listsMeasured,
  measuredArticles,
  relatedTimes,
  relateGoalMs,
  relateMs,
  slowGoalMs,
  slowOf,
} from '../bench/relating.ts'
import type { Result } from './run.ts'

const articles = 100_000

/** What relating costs in a newsroom of the benchmark's own texts, which is kept, and made where it is not there yet. */
export async function* costResults(): AsyncGenerator<Result> {
  const file = await corpusFile(articles)
  const of = { row: 11, atMost: true }
  const cpu = await relateMs(file, articles)
  yield {
    ...of,
    metric: 'CPU to relate one of 100,000 articles, ms',
    n: measuredArticles,
    value: cpu,
    goal: relateGoalMs,
  }
  const slow = slowOf(await relatedTimes(file))
  yield {
    ...of,
    metric: 'its related links, uncached, p95, ms',
    n: listsMeasured,
    value: slow,
    goal: slowGoalMs,
  }
}
