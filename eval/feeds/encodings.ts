import iconv from 'iconv-lite'
import { parseFeed } from '../../src/ingestion/parsing/parse-feed.ts'
import { readLines } from '../data.ts'
import type { Row } from './row.ts'

type Saying = { prolog?: string; header?: string }
type Case = { language: string; encoding: string; sayings: Saying[] }

const titlesPerFeed = 10

const declared: Case[] = [
  {
    language: 'zh',
    encoding: 'gbk',
    sayings: [
      { prolog: 'gb2312' },
      { header: 'GBK' },
      { prolog: 'utf-8' },
      { header: 'utf-8', prolog: 'gb2312' },
      { header: 'utf-8', prolog: 'utf-8' },
    ],
  },
  {
    language: 'zh',
    encoding: 'utf-8',
    sayings: [{ prolog: 'gb2312' }, { header: 'iso-8859-1' }, { header: 'gbk', prolog: 'utf-8' }],
  },
  { language: 'zh', encoding: 'utf-16', sayings: [{ prolog: 'utf-16' }, { prolog: 'utf-8' }] },
  {
    language: 'ja',
    encoding: 'shift_jis',
    sayings: [{ prolog: 'Shift_JIS' }, { header: 'utf-8', prolog: 'Shift_JIS' }],
  },
  { language: 'ja', encoding: 'euc-jp', sayings: [{ prolog: 'EUC-JP' }] },
  { language: 'ar', encoding: 'windows-1256', sayings: [{ prolog: 'windows-1256' }] },
  { language: 'tr', encoding: 'windows-1254', sayings: [{ prolog: 'iso-8859-9' }] },
  ...['fr', 'es', 'en'].map((language) => ({
    language,
    encoding: 'windows-1252',
    sayings: [{ prolog: 'iso-8859-1' }, { header: 'windows-1252', prolog: 'utf-8' }, { prolog: 'utf-8' }],
  })),
]
const undeclaredGbk: Case[] = [{ language: 'zh', encoding: 'gbk', sayings: [{}] }]
const undeclaredWestern: Case[] = ['fr', 'es', 'en'].map((language) => ({
  language,
  encoding: 'windows-1252',
  sayings: [{}],
}))

/** The share of feeds whose titles come out as they were encoded. */
export function encodingRows(): Row[] {
  const titles = Map.groupBy(
    readLines<{ text: string; lang: string }>('language-titles.jsonl'),
    ({ lang }) => lang,
  )
  const row = (name: string, cases: Case[]): Row => {
    const outcomes = cases.flatMap((each) =>
      outcomesOf(each, titles.get(each.language)?.map(({ text }) => text) ?? []),
    )
    return {
      name: `encodings: ${name}`,
      value: outcomes.filter((right) => right).length / outcomes.length,
      goal: 1,
      n: outcomes.length,
    }
  }
  return [
    row('declared or contradicted', declared),
    row('undeclared GBK', undeclaredGbk),
    row('undeclared windows-1252', undeclaredWestern),
  ]
}

function outcomesOf({ encoding, sayings }: Case, titles: string[]): boolean[] {
  const encodable = titles
    .map((title) => title.replace(/\s+/g, ' ').trim())
    .filter((title) => !/[<&]/.test(title) && iconv.decode(iconv.encode(title, encoding), encoding) === title)
  const feeds = Array.from({ length: Math.floor(encodable.length / titlesPerFeed) }, (_, at) =>
    encodable.slice(at * titlesPerFeed, (at + 1) * titlesPerFeed),
  ).filter((feed) => feed.some((title) => /\P{ASCII}/u.test(title)))
  return sayings.flatMap((saying) => feeds.map((feed) => isReadRight(feed, encoding, saying)))
}

function isReadRight(titles: string[], encoding: string, { prolog, header }: Saying): boolean {
  const items = titles.map((title) => `<item><title>${title}</title></item>`).join('\n')
  const declaration = prolog ? `<?xml version="1.0" encoding="${prolog}"?>` : '<?xml version="1.0"?>'
  const bytes = iconv.encode(
    `${declaration}\n<rss version="2.0"><channel>${items}</channel></rss>`,
    encoding,
    { addBOM: encoding === 'utf-16' },
  )
  const contentType = header ? `text/xml; charset=${header}` : 'text/xml'
  const feed = parseFeed(bytes, {
    contentType,
    url: 'http://feeds.example/',
    now: new Date('2026-11-26T12:00:00Z'),
  })
  return JSON.stringify(feed.items.map(({ title }) => title)) === JSON.stringify(titles)
}
