import { readLines } from './data.ts'
import type { Result } from './run.ts'
import { type Arrival, storiesOf } from './story-stream.ts'

type Labelled = { id: string; lang: string; ts: number; title: string; body: string; cluster: string }
type Labels = (string | number)[]

const leadLength = 300

/** Which articles tell the same event: labelled streams, each into a newsroom that begins empty. */
export async function* storyResults(): AsyncGenerator<Result> {
  const lines = readLines<Labelled>('bilingual-stories.jsonl').sort((a, b) => a.ts - b.ts)
  yield* pairResults(
    'en titles',
    lines.filter(({ lang }) => lang === 'en'),
    { f1: 0.8, precision: 0.92 },
  )
  yield* pairResults('bilingual', lines, { f1: 0.65, precision: 0.92 })
  const snippets = readLines<{ text: string; cluster: number }>('google-news-stories.jsonl')
  const { stories } = storiesOf(
    snippets.map(({ text }) => ({ title: text, lead: '', language: 'en', publishedAt: 0 })),
  )
  const value = bCubed(
    snippets.map(({ cluster }) => cluster),
    stories,
  ).f1
  yield { row: 7, metric: 'Google News stories: B-cubed F1', n: snippets.length, value, goal: 0.9 }
}

function* pairResults(
  name: string,
  lines: Labelled[],
  goal: { f1: number; precision: number },
): Generator<Result> {
  const { stories, millisecondsEach } = storiesOf(lines.map(arrivalOf))
  const { precision, recall, f1 } = overPairs(
    lines.map(({ cluster }) => cluster),
    stories,
  )
  const row = 6
  const n = lines.length
  yield { row, metric: `same event, ${name}: pair-F1`, n, value: f1, goal: goal.f1 }
  yield { row, metric: `same event, ${name}: precision`, n, value: precision, goal: goal.precision }
  yield { row, metric: `same event, ${name}: recall`, n, value: recall, goal: 0 }
  yield {
    row,
    metric: `same event, ${name}: choices per CPU second`,
    n,
    value: 1000 / millisecondsEach,
    goal: 500,
  }
}

export function arrivalOf({ title, body, lang, ts }: Omit<Labelled, 'cluster' | 'id'>): Arrival {
  return { title, lead: body.slice(0, leadLength), language: lang, publishedAt: ts * 1000 }
}

/** Of the pairs that are put into one story, how many are one event; and of those that are, how many are found. */
export function overPairs(
  labels: Labels,
  stories: number[],
): { precision: number; recall: number; f1: number } {
  let both = 0
  let together = 0
  let labelled = 0
  for (let one = 0; one < labels.length; one++) {
    for (let other = 0; other < one; other++) {
      const isTogether = stories[one] === stories[other]
      const isOneEvent = labels[one] === labels[other]
      if (isTogether) together++
      if (isOneEvent) labelled++
      if (isTogether && isOneEvent) both++
    }
  }
  return withF1(both / together, both / labelled)
}

/** The same by articles: how much of its story is of its event, and how much of its event is in its story, on average. */
export function bCubed(labels: Labels, stories: number[]): { precision: number; recall: number; f1: number } {
  const sizes = (keys: (string | number)[]) => {
    const counted = new Map<string | number, number>()
    for (const key of keys) counted.set(key, (counted.get(key) ?? 0) + 1)
    return keys.map((key) => counted.get(key) as number)
  }
  const shared = sizes(labels.map((label, index) => `${label} ${stories[index]}`))
  const mean = (wholes: number[]) =>
    wholes.reduce((sum, whole, index) => sum + (shared[index] as number) / whole, 0) / wholes.length
  return withF1(mean(sizes(stories)), mean(sizes(labels)))
}

const withF1 = (precision: number, recall: number) => ({
  precision,
  recall,
  f1: (2 * precision * recall) / (precision + recall),
})
