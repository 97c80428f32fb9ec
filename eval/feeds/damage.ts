import type { FeedItem } from '../../src/ingestion/item.ts'
import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { feedFiles } from './corpus.ts'
import type { Row } from './row.ts'

const frame = {
  contentType: 'text/xml; charset=utf-8',
  url: 'http://feeds.example/feed.xml',
  now: new Date('2026-11-26T12:00:00Z'),
}

type Damage = { name: string; harm: (text: string) => string }

const warning =
  '<br />\n<b>Warning</b>:  Undefined variable $feed in <b>/srv/www/feed.php</b> on line <b>12</b><br />\n'
const damages: Damage[] = [
  { name: 'cut at 60 %', harm: (text) => text.slice(0, text.length * 0.6) },
  { name: 'cut inside a tag', harm: (text) => text.slice(0, text.indexOf('<', text.length * 0.8) + 3) },
  {
    name: 'unclosed description',
    harm: (text) => text.replace(/(<(?:item|entry)[\s>][\s\S]*?)<\/(?:description|summary|content)>/, '$1'),
  },
  { name: 'bare <', harm: (text) => inEachTitle(text, ' 3 < 4 and I <3 it, a<b ') },
  { name: 'bare &', harm: (text) => inEachTitle(text, ' Q & A &c &; ') },
  { name: 'PHP warning first', harm: (text) => warning + text },
  { name: 'U+0008 in every title', harm: (text) => inEachTitle(text, '\b') },
]

function inEachTitle(text: string, inserted: string): string {
  return text.replace(/<title(?:\s[^>]*)?>(?!<!\[CDATA)/g, (tag) => tag + inserted)
}

/** The share of items that are still read after damage; after a cut of those wholly before it. */
export function damageRows(): Row[] {
  const texts = feedFiles('saved')
    .map(({ bytes }) => bytes.toString('utf8'))
    .filter((text) => /^\s*</.test(text) && itemsOf(text).length > 0)
  return damages.map(({ name, harm }) => {
    const counts = texts.map((text) => keptItems(text, harm(text)))
    const n = counts.reduce((sum, { expected }) => sum + expected, 0)
    const kept = counts.reduce((sum, each) => sum + each.kept, 0)
    return { name: `items kept: ${name}`, value: kept / n, goal: 0.99, n }
  })
}

function itemsOf(text: string): FeedItem[] {
  try {
    return parseFeed(Buffer.from(text), frame).items
  } catch {
    return []
  }
}

function keptItems(text: string, damaged: string): { expected: number; kept: number } {
  const isCut = text.startsWith(damaged)
  const whole = itemsOf(text)
  const ends = damaged.match(/<\/(?:\w+:)?(?:item|entry)\s*>/g)?.length ?? 0
  const expected = isCut ? whole.slice(0, ends) : whole
  const found = new Set(itemsOf(damaged).map(keyOf))
  return { expected: expected.length, kept: expected.filter((item) => found.has(keyOf(item))).length }
}

/** What no damage here touches. */
function keyOf({ guid, url, publishedAt, updatedAt }: FeedItem): string {
  return JSON.stringify([guid, url, publishedAt ?? updatedAt])
}
