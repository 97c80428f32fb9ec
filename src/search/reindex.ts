import { countAll, reindexArticles } from '../articles/articles.ts'
import type { Database, Transaction } from '../database/database.ts'
import { rekeySources } from '../sources/sources.ts'
import { rekeyTags } from '../tags/tags.ts'
import { termsVersion } from '../text-index/terms.ts'
import { findIndexVersion, updateIndexVersion } from '../text-index/text-index.ts'

/**
 * Builds the index of texts, and of the names that are suggested, anew, slice by slice, each in a transaction of its own: who
 * searches meanwhile finds every article by its old entry or its new one. Articles whose entry is of the present terms are
 * left, so that a broken run goes on where it was, unless `all` are asked for.
 */
export async function reindex(
  database: Database,
  { all = false }: { all?: boolean },
  progress: (done: number, total: number) => void,
): Promise<number> {
  const total = await countAll(database)
  let done = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after
    const { looked, last } = await database.write((tx) => reindexArticles(tx, { after: from, all }))
    done += looked
    progress(done, total)
    after = last
  }
  await throughAll(database, rekeyTags)
  await throughAll(database, rekeySources)
  await database.write((tx) => updateIndexVersion(tx, termsVersion))
  return done
}

async function throughAll(
  database: Database,
  slice: (tx: Transaction, after: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  let last: string | undefined
  do {
    const after = last
    last = await database.write((tx) => slice(tx, after))
  } while (last !== undefined)
}

/** Whether every article is in the index by the present terms. A database without articles is taken to be so. */
export async function isIndexed(database: Database): Promise<boolean> {
  if ((await findIndexVersion(database)) === termsVersion) return true
  return database.write(
    async (tx) => {
      if ((await countAll(tx)) > 0) return false
      await updateIndexVersion(tx, termsVersion)
      return true
    },
    { alone: true },
  )
}
