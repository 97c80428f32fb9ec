import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { feedFiles, type SavedFile } from './corpus.ts'
import type { Row } from './row.ts'

const passes = 25
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
  const times = feeds.map(fastest).sort((one, other) => one - other)
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

/** Of several passes the fastest, since other programs run on the machine, too. Time of the processor is counted in steps of 4 ms on some. */
function fastest(file: SavedFile): number {
  const times = Array.from({ length: passes }, () => {
    const start = performance.now()
    readOrNot(file)
    return performance.now() - start
  })
  return Math.min(...times)
}
