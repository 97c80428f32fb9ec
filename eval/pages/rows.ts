import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { extractPage } from '../../src/ingestion/extraction/extract-page.ts'
import type { ExtractedPage } from '../../src/ingestion/page.ts'
import { agreeOnTitle, snippetCounts, textOfHtml, tokenF1 } from './scoring.ts'

/** A figure on real pages and what it has to be: at least `goal`, or at most where `atMost` says so. */
export type Row = { name: string; value: number; goal: number; n: number; atMost?: boolean }

/** A page of the set with what is known of it; members are missing or null where it is not. */
export type KnownPage = {
  file: string
  url: string
  expected: {
    title?: string | null
    date?: string | null
    author?: string | null
    body?: string | null
    with?: string[]
    without?: string[]
  }
}

const folder = join(
  resolve(process.env.NEWSWEAVE_SHARED_DATA ?? join(import.meta.dirname, '../../../shared/data')),
  'pages',
)
const now = new Date('2026-11-23T00:00:00Z')
const cpu = { ms: 0, pages: 0 }

/** Body, date and title on saved pages, read in this process, and what that costs. */
export async function pageRows(): Promise<Row[]> {
  if (!existsSync(folder))
    throw new Error(`There is no ${folder}: name the folder of the real data in NEWSWEAVE_SHARED_DATA.`)
  const rows = [...readabilityRows(), ...trafilaturaRows(), ...chineseRows()]
  return [
    ...rows,
    { name: 'a page, mean of CPU in ms', value: cpu.ms / cpu.pages, goal: 80, n: cpu.pages, atMost: true },
  ]
}

export function knownPages(set: string): KnownPage[] {
  const known = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as KnownPage[]
  return known.filter(({ file }) => file.startsWith(`${set}/`))
}

export function readPage(file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

export function extracted(html: string, url: string, zone: string | null): ExtractedPage {
  const before = process.cpuUsage()
  const page = extractPage(html, { url, zone, now })
  const { user, system } = process.cpuUsage(before)
  cpu.ms += (user + system) / 1000
  cpu.pages++
  return page
}

/** The text of the body against that of the page's `expected.html`: F1 of tokens as a mean over pages. */
function readabilityRows(): Row[] {
  const names = readdirSync(join(folder, 'readability')).filter((name) => !name.endsWith('.md'))
  const scores = names.map((name) => {
    const page = extracted(
      readPage(`readability/${name}/source.html`),
      'http://fakehost/test/page.html',
      null,
    )
    return tokenF1(textOfHtml(page.bodyHtml), textOfHtml(readPage(`readability/${name}/expected.html`)))
  })
  return [{ name: 'body F1, readability', value: mean(scores), goal: 0.95, n: names.length }]
}

/** Snippets that the body must have and must not have, counted over all pages; the day of the date in UTC. */
function trafilaturaRows(): Row[] {
  let [found, missing, unwanted, sameDay, dated] = [0, 0, 0, 0, 0]
  const known = knownPages('trafilatura')
  for (const { file, url, expected } of known) {
    const page = extracted(readPage(file), url, null)
    const counts = snippetCounts(textOfHtml(page.bodyHtml), expected)
    found += counts.found
    missing += counts.missing
    unwanted += counts.unwanted
    if (!expected.date) continue
    dated++
    if (page.publishedAt?.slice(0, 10) === expected.date.slice(0, 10)) sameDay++
  }
  const f1 = (2 * found) / (2 * found + missing + unwanted)
  return [
    { name: 'body F1 of snippets, trafilatura', value: f1, goal: 0.89, n: known.length },
    { name: 'date, same day, trafilatura', value: sameDay / dated, goal: 0.71, n: dated },
  ]
}

/** Against texts made by a machine: F1 of characters of the body, the day in China, the title without white space. */
function chineseRows(): Row[] {
  const known = knownPages('chinese-news-with-truth')
  const pages = known.map(({ file, url, expected }) => ({
    expected,
    page: extracted(readPage(file), url, 'Asia/Shanghai'),
  }))
  const bodies = pages.map(({ page, expected }) => tokenF1(textOfHtml(page.bodyHtml), expected.body ?? ''))
  const titles = pages.map(({ page, expected }) => agreeOnTitle(page.title, expected.title ?? ''))
  const days = pages.flatMap(({ page, expected }) => {
    const day = chineseDay(expected.date ?? '')
    return day ? [dayInChina(page.publishedAt)?.endsWith(day) ? 1 : 0] : []
  })
  return [
    { name: 'body F1, Chinese', value: mean(bodies), goal: 0.86, n: pages.length },
    { name: 'date, same day, Chinese', value: mean(days), goal: 0.79, n: days.length },
    { name: 'title, Chinese', value: mean(titles), goal: 0.95, n: pages.length },
  ]
}

/** `2019年9月7日 04:04` as `2019-09-07`; a day without its year as `09-07`. */
function chineseDay(text: string): string | undefined {
  const [, year, month, day] = /(?:(\d{4})[-年])?(\d{1,2})[-月](\d{1,2})/.exec(text) ?? []
  if (!month || !day) return undefined
  return [year, month.padStart(2, '0'), day.padStart(2, '0')].filter((part) => part).join('-')
}

function dayInChina(at: string | null): string | undefined {
  return at
    ? Temporal.Instant.from(at).toZonedDateTimeISO('Asia/Shanghai').toPlainDate().toString()
    : undefined
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
