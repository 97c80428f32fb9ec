import { setTimeout } from 'node:timers/promises'
import { countAll } from '../../articles/articles.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { signalsVersion } from '../signals/signals.ts'
import { claimProgress, clearSignals, listUnrelated, type Place, updateProgress } from '../signals/store.ts'
import { relateNext } from './linker.ts'
import { relateArticle } from './relate.ts'

const articlesPerSlice = 8
const busyMs = 20

/**
 * Relates what is not related yet: what the change log tells of, and the articles whose signals are missing or of another version.
 * With `all` every signal is made anew, while servers go on; stories, and what editors decided, stay. A run that is broken off
 * goes on where it was, without `all`. Answers how many articles were looked at.
 */
export async function rebuildRelations(
  database: Database,
  { all = false }: { all?: boolean },
  progress: (done: number, total: number) => void,
): Promise<number> {
  if (all) await database.write(clear)
  const total = await countAll(database)
  let done = 0
  let after = { at: '', id: '' }
  for (;;) {
    const from = after
    const slice = await database.write((tx) => relateUnrelated(tx, from))
    if (slice === undefined) await setTimeout(busyMs)
    else if (slice.last === undefined) break
    else {
      after = slice.last
      done += slice.looked
      progress(Math.min(done, total), total)
    }
  }
  // What is left in the log is about articles that are gone, or that came meanwhile.
  while (await relateNext(database)) progress(total, total)
  return done
}

async function clear(tx: Transaction): Promise<void> {
  const counter = await claimProgress(tx)
  if (!counter) throw new Error('Another process relates articles at this moment: try again.')
  await clearSignals(tx)
  await updateProgress(tx, { ...counter, articles: 0 })
}

/** `undefined` where a server has the progress at this moment. */
async function relateUnrelated(tx: Transaction, after: Place) {
  const counter = await claimProgress(tx)
  if (!counter) return undefined
  const articles = await listUnrelated(tx, signalsVersion, after, articlesPerSlice)
  for (const { id } of articles) await relateArticle(tx, counter, id)
  await updateProgress(tx, counter)
  return { looked: articles.length, last: articles.at(-1) }
}
