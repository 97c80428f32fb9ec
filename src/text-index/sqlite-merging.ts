import type Sqlite from 'better-sqlite3'

const pagesPerSlice = 16

/**
 * Puts some of what was added to the index at different times together, so that searches look in fewer places. Answers whether there
 * was anything to put together: a merge that finds nothing writes one row at most.
 */
export function mergeTerms(connection: Sqlite.Database): boolean {
  const changes = connection.prepare<[], number>('select total_changes()').pluck()
  const before = changes.get() as number
  connection.prepare(`insert into text_terms (text_terms, rank) values ('merge', ${pagesPerSlice})`).run()
  return (changes.get() as number) - before >= 2
}
