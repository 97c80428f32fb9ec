import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { feedFiles, type SavedFile } from './corpus.ts'
import type { Row } from './row.ts'

const rounds = 40
const frame = {
  contentType: null,
  url: 'http://feeds.example/feed.xml',
  now: new Date('2026-11-26T12:00:00Z'),
}

/** How saved feeds are read: whether at all, their dates, and how long it takes once the code is warm. */
export function savedRows(): Row[] {
  const files = feedFiles('saved')
  const feeds = files.filter(isFeed)
  const read = feeds.map(readOrNot).filter((feed) => feed !== undefined)
  const dated = read.flatMap(({ items }) => items).filter(({ dateText }) => dateText !== null)
  const readable = dated.filter(({ publishedAt, updatedAt }) => publishedAt !== null || updatedAt !== null)
  const times = fastestTimes(feeds).sort((one, other) => one - other)
  return [
    {
      name: 'saved feeds read',
      value: read.length / feeds.length,
      goal: 1,
      n: feeds.length,
      note: `${files.length - feeds.length} is a page`,
    },
    { name: 'saved feeds: dates read', value: readable.length / dated.length, goal: 0.986, n: dated.length },
    {
      name: 'time per feed, mean (ms)',
      value: times.reduce((sum, each) => sum + each, 0) / times.length,
      goal: 2,
      n: times.length,
      atMost: true,
    },
    {
      name: 'time per feed, p95 (ms)',
      value: times[Math.floor(times.length * 0.95)] as number,
      goal: 5,
      n: times.length,
      atMost: true,
    },
  ]
}

function isFeed({ bytes }: SavedFile): boolean {
  return /^\s*\{|<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]/i.test(bytes.toString('latin1'))
}

function readOrNot({ bytes }: SavedFile) {
  try {
    return parseFeed(bytes, frame)
  } catch {
    return undefined
  }
}

/**
 * Of several rounds over all feeds the fastest time of each, since other programs run on the machine, too. By the clock: time of the
 * processor is counted in steps of 4 ms on some.
 */
function fastestTimes(feeds: SavedFile[]): number[] {
  const fastest = feeds.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < rounds; round++) {
    for (const [index, feed] of feeds.entries()) {
      const start = performance.now()
      readOrNot(feed)
      fastest[index] = Math.min(fastest[index] as number, performance.now() - start)
    }
  }
  return fastest
}
