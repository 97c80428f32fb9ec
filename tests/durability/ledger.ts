import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '../../src/database/migrate.ts'
import { fileOf, openDatabase } from '../../src/database/open.ts'
import { sql } from '../../src/database/sql.ts'
import { inconsistencies } from '../../src/ops/consistency.ts'

/** In place of a hash: the article is deleted, or was never there. */
export const absent = '-'

export const contentHash = (title: string, html: string) =>
  createHash('sha256').update(`${title}\n${html}`).digest('hex')

export type Ledger = {
  /** What each article may be: as it was acknowledged last, or as a later attempt without an answer would have it. */
  allowed: Map<string, Set<string>>
  /** The ids of the sources that were acknowledged. */
  sources: string[]
  acknowledged: number
  /** How often each answer came that was no success: its status, and whether it says when to come again. */
  refusals: Map<string, number>
  /** How many requests got no answer. */
  broken: number
}

/**
 * A writer notes `? key hash` before it asks for something, `= key hash` once the answer came, `! status` where it was
 * refused, `~` where no answer came, and `@ id` of a source that it made. An error does not say that nothing was kept, so an attempt stays possible until the next answer. Of a copy that was begun
 * when the ledger had `settled` lines, the later ones say what it may hold, no more.
 */
export function readLedger(file: string, { settled = Number.POSITIVE_INFINITY } = {}): Ledger {
  const allowed = new Map<string, Set<string>>()
  const sources: string[] = []
  const refusals = new Map<string, number>()
  let [acknowledged, broken] = [0, 0]
  // What stands behind the last line end was being written when the writer was stopped.
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
  for (const [index, line] of lines.entries()) {
    const [mark, key = '', hash = ''] = line.split(' ')
    if (mark === '=' && index < settled) {
      allowed.set(key, new Set([hash]))
      acknowledged++
    } else if (mark === '?') {
      allowed.set(key, (allowed.get(key) ?? new Set([absent])).add(hash))
    } else if (mark === '!') {
      const refusal = line.slice(2)
      refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1)
    } else if (mark === '@' && index < settled) sources.push(key)
    else if (mark === '~') broken++
  }
  return { allowed, sources, acknowledged, refusals, broken }
}

/** A refusal that says when to come again. A line of an import that failed tells it in its own result. */
export const clearRefusal = '503 problem retry-after'
const clearRefusals = new Set([clearRefusal, 'import unavailable never'])

export const unclearRefusals = ({ refusals }: Ledger) =>
  [...refusals.keys()].filter((refusal) => !clearRefusals.has(refusal))

export const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1

/** The URL of a database with the whole schema and nothing in it. */
export async function newDatabase(folder: string): Promise<string> {
  const url = `file:${join(folder, 'news.db')}`
  const database = openDatabase(url)
  await migrate(database)
  await database.close()
  return url
}

/** What the database has that the ledger does not allow, and what contradicts itself there; a sentence each. */
export async function faultsOf(url: string, ledger: Ledger): Promise<string[]> {
  const database = openDatabase(url)
  try {
    const damage = fileOf(url) === undefined ? [] : await database.all<object>(sql`pragma integrity_check`)
    const found = damage.map((row) => String(Object.values(row)[0])).filter((text) => text !== 'ok')
    const rows = await database.all<{ key: string; title: string; html: string }>(sql`
      select a.external_id as key, a.title, b.html from article a join article_body b on b.article_id = a.id
      where a.external_id is not null`)
    const sources = await database.all<{ id: string }>(sql`select id from source`)
    const kept = new Set(sources.map(({ id }) => id))
    const gone = ledger.sources.filter((id) => !kept.has(id)).map((id) => `Source ${id} is lost.`)
    return [...found, ...gone, ...lost(ledger, rows), ...(await inconsistencies(database))]
  } finally {
    await database.close()
  }
}

function lost({ allowed }: Ledger, rows: { key: string; title: string; html: string }[]): string[] {
  const present = new Map(rows.map(({ key, title, html }) => [key, contentHash(title, html)]))
  const wrong = [...allowed]
    .filter(([key, hashes]) => !hashes.has(present.get(key) ?? absent))
    .map(([key]) => `Article ${key} is ${present.has(key) ? 'not as it was acknowledged' : 'lost'}.`)
  const unknown = [...present.keys()]
    .filter((key) => !allowed.has(key))
    .map((key) => `Nobody wrote article ${key}.`)
  return [...wrong, ...unknown]
}
