import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { sql } from '../../src/database/sql.ts'
import { moveLog, openForMaintenance } from '../../src/database/sqlite-maintenance.ts'
import { startMaintenance } from '../../src/main/maintenance/maintenance.ts'
import { mergeTerms } from '../../src/text-index/sqlite-merging.ts'
import { atEnd } from '../support/cleanup.ts'
import { engines } from '../support/engines.ts'
import { memoryLog } from '../support/log.ts'

const words = 12_000
const additions = 40
const [sqlite] = engines

describe('a database file that is written to', () => {
  let url: string
  let file: string
  let connection: Sqlite.Database

  /** A log of more than a megabyte, and an index that was added to many times. */
  beforeEach(async () => {
    url = (await sqlite?.create()) as string
    file = url.slice('file:'.length)
    connection = new Sqlite(file)
    atEnd(() => connection.close())
    connection.pragma('journal_mode = wal')
    connection.pragma('wal_autocheckpoint = 0')
    connection.exec(`insert into text_terms (text_terms, rank) values ('automerge', 0)`)
    for (let addition = 0; addition < additions; addition++) {
      connection.exec(`
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 50)
        insert into text_terms (rowid, title, summary, body)
        select ${addition} * 100 + i, 'title' || i, 'word' || (i * ${addition}), 'body of ' || hex(randomblob(600)) from n`)
    }
    connection.exec(`
      with recursive n (i) as (select 1 union all select i + 1 from n where i < ${words})
      insert into text_word (number, word) select i, hex(randomblob(25)) || i from n`)
  })

  const parts = () =>
    connection.prepare('select count(distinct segid) from text_terms_idx').pluck().get() as number
  const notMoved = () => {
    const [{ log, checkpointed }] = connection.pragma('wal_checkpoint(noop)') as [
      { log: number; checkpointed: number },
    ]
    return log - checkpointed
  }
  it('is looked after in slices that are short', () => {
    const own = openForMaintenance(file)
    atEnd(() => own.close())
    const cpuMs: number[] = []
    const measured = <Value>(act: () => Value): Value => {
      const before = process.threadCpuUsage()
      const value = act()
      const { user, system } = process.threadCpuUsage(before)
      cpuMs.push((user + system) / 1000)
      return value
    }
    expect(notMoved()).toBeGreaterThan(250)
    expect(measured(() => moveLog(own))).toBe(true)
    expect(notMoved()).toBe(0)
    expect(moveLog(own)).toBe(false)
    // No commit has put them together by itself, which would take as long as all of them need.
    const before = parts()
    expect(before).toBeGreaterThanOrEqual(additions)
    let merges = 0
    while (measured(() => mergeTerms(own))) merges++
    expect(merges).toBeGreaterThan(3)
    expect(parts()).toBeLessThan(before / 3)
    expect(Math.max(...cpuMs)).toBeLessThan(25)
    connection.exec(`insert into text_terms (text_terms) values ('integrity-check')`)
  })

  it('is looked after by a thread of its own while others write, who hear nothing of what changes nothing', async () => {
    const { entries, logger } = memoryLog('warn')
    const database = sqlite?.connect(url)
    const pace = { lookMs: 5, firstMs: 0, sliceMs: 5, mergeMs: 20 }
    const maintenance = startMaintenance(file, logger, pace)
    atEnd(() => maintenance.stop())
    const before = parts()
    for (let number = 0; parts() > before / 3 || notMoved() > 250; number++) {
      await database?.run(
        sql`insert into text_word (number, word) values (${words + 1 + number}, ${`more ${number}`})`,
      )
      await sleep(5)
    }
    const sliced = async (work: string) =>
      (await maintenance.registry.metrics()).includes(`_slice_seconds_count{work="${work}"}`)
    for (const work of ['log', 'index']) while (!(await sliced(work))) await sleep(5)
    // Until all is merged.
    let version: number | undefined
    do {
      version = database?.version()
      await sleep(150)
    } while (database?.version() !== version)
    await maintenance.stop()
    expect(entries).toEqual([])
  })
})
