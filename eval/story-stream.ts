import { withBackground } from '../src/similarity/background.ts'
import { bridgedCounts } from '../src/similarity/bridge.ts'
import { isChinese } from '../src/similarity/chinese.ts'
import { type EventArticle, windowMs } from '../src/similarity/events.ts'
import { genreOf } from '../src/similarity/genre.ts'
import { centroidOf, chooseStory, membersInCentroid, type StoryCandidate } from '../src/similarity/stories.ts'
import { type Counts, countWords, type Frequencies, type Vector, weigh } from '../src/similarity/vector.ts'

export type Arrival = { title: string; lead: string; language: string; publishedAt: number }
type Story = { members: number[]; latestAt: number }
type Postings = {
  frequencies: Frequencies
  learn(counts: Counts): void
  add(vector: Vector): void
  find: Find
}
type Find = (vector: Vector, from: (number: number) => boolean, scores: Map<number, number>) => void

const mostCandidates = 60

/**
 * Gives each article its story in the order of arrival, as a newsroom does that begins empty: what is not yet there is not known.
 * Answers the number of the story of each.
 */
export function storiesOf(arrivals: Arrival[]): {
  stories: number[]
  merges: number
  millisecondsEach: number
} {
  const articles: EventArticle[] = []
  const storyOf: number[] = []
  const stories = new Map<number, Story>()
  const isBilingual = new Set(arrivals.map(({ language }) => isChinese(language))).size > 1
  const own = postings()
  const bridged = postings()
  let merges = 0
  let spent = 0
  for (const [number, { title, lead, language, publishedAt }] of arrivals.entries()) {
    const counts = countWords(title, lead)
    const bridgedTo = bridgedCounts(title, lead, language)
    own.learn(counts)
    bridged.learn(bridgedTo)
    const article: EventArticle = {
      title,
      language,
      publishedAt,
      genre: genreOf(title, lead, language),
      vector: weigh(counts, own.frequencies),
      bridged: weigh(bridgedTo, bridged.frequencies),
    }
    articles.push(article)
    const found = candidatesOf(article)
    const start = process.cpuUsage()
    const choice = chooseStory(article, found, bridged.frequencies)
    const { user, system } = process.cpuUsage(start)
    spent += (user + system) / 1000
    const id: number = choice?.join ?? number
    join(number, id, article)
    for (const other of choice?.merge ?? []) merge(id, other)
    own.add(article.vector)
    bridged.add(article.bridged)
  }
  return { stories: storyOf, merges, millisecondsEach: spent / arrivals.length }

  function candidatesOf(article: EventArticle): StoryCandidate<number>[] {
    const isNear = (number: number) => article.publishedAt - (articles[number]?.publishedAt ?? 0) <= windowMs
    const isAcross = (number: number) =>
      isNear(number) && isChinese(articles[number]?.language ?? '') !== isChinese(article.language)
    const scores = new Map<number, number>()
    own.find(article.vector, isNear, scores)
    const across = new Map<number, number>()
    if (isBilingual) bridged.find(article.bridged, isAcross, across)
    for (const [number, score] of across) scores.set(number, Math.max(score, scores.get(number) ?? 0))
    const closest = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, mostCandidates)
    const byStory = Map.groupBy(closest, ([number]) => storyOf[number] as number)
    return [...byStory].map(([id, members]) => {
      const { latestAt, members: all } = stories.get(id) as Story
      const latest = () =>
        all.slice(-membersInCentroid).map((number) => (articles[number] as EventArticle).vector)
      const closest = members.map(([number]) => articles[number] as EventArticle)
      return { id, size: all.length, latestAt, centroid: () => centroidOf(latest()), closest }
    })
  }

  function join(number: number, id: number, { publishedAt }: EventArticle): void {
    const story: Story = stories.get(id) ?? { members: [], latestAt: 0 }
    story.members.push(number)
    story.latestAt = Math.max(story.latestAt, publishedAt)
    stories.set(id, story)
    storyOf.push(id)
  }

  function merge(into: number, from: number): void {
    const kept = stories.get(into) as Story
    const gone = stories.get(from) as Story
    for (const number of gone.members) storyOf[number] = into
    kept.members = [...kept.members, ...gone.members].sort((a, b) => a - b)
    kept.latestAt = Math.max(kept.latestAt, gone.latestAt)
    stories.delete(from)
    merges++
  }
}

function postings(): Postings {
  const counted = new Map<string, number>()
  const lists = new Map<string, [number: number, weight: number][]>()
  let documents = 0
  let next = 0
  return {
    get frequencies() {
      return withBackground({ documents, of: (word) => counted.get(word) ?? 0 })
    },
    learn(counts) {
      documents++
      for (const word of counts.keys()) counted.set(word, (counted.get(word) ?? 0) + 1)
    },
    add(vector) {
      for (const [word, weight] of vector) {
        const list = lists.get(word)
        if (list) list.push([next, weight])
        else lists.set(word, [[next, weight]])
      }
      next++
    },
    find(vector, from, scores) {
      for (const [word, weight] of vector)
        for (const [number, other] of lists.get(word) ?? [])
          if (from(number)) scores.set(number, (scores.get(number) ?? 0) + weight * other)
    },
  }
}
