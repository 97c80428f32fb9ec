import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { type Sql, sql } from '../../src/database/sql.ts'
import { readLog } from '../../src/database/wal.ts'
import { loadSample } from '../../src/main/sample.ts'
import { verifyDatabase } from '../../src/ops/verify.ts'
import { isIndexed } from '../../src/search/reindex.ts'
import { addTag } from '../../src/tags/tags.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { emptyFolder } from '../support/newsweave.ts'
import { runCommand } from '../support/run-command.ts'

const quiet = () => () => {}
const tag = (database: Database, slug: string) =>
  database.write((tx) => addTag(tx, { slug, name: slug, names: {}, aliases: [] }))

onEveryEngine('verifying a database', (engine) => {
  let url: string
  let database: Database

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
    await isIndexed(database)
    await loadSample(database)
  })

  it('finds nothing where nothing is wrong, and has read every row', async () => {
    const { faults, rows, tables } = await verifyDatabase(url, quiet)
    expect(faults).toEqual([])
    expect(rows).toBeGreaterThan(1000)
    expect(tables).toBeGreaterThan(40)
  })

  const damages: [Sql, RegExp][] = [
    [sql`delete from change where seq = 7`, /^1 numbers are missing from the log of changes\.$/],
    [sql`update article set title = title || '!' where state = 'published'`, /and its card differ: title\.$/],
    [
      sql`update article_body set text = text || 'x' where text <> ''`,
      /^The text of article \S+ is not that/,
    ],
    [sql`update source set article_count = article_count + 1`, /sources count other articles/],
    [sql`update tag set article_count = article_count + 1 where slug = 'chips'`, /^1 tags count other/],
    [sql`delete from text_entry where number = (select min(number) from text_entry)`, /search index/],
    [sql`update relation_progress set seq = 999999`, /read for relations though they are not written/],
    [sql`delete from article_url where role = 'own'`, /are not found under their own address/],
  ]
  it.each(damages)('tells what contradicts itself after %o', async (damage, told) => {
    await database.run(damage)
    const { faults } = await verifyDatabase(url, quiet)
    expect(faults).toContainEqual(expect.stringMatching(told))
  })

  it('is a command that ends with 1 where something is found', async () => {
    expect(await runCommand(url, 'verify')).toMatchObject({ code: 0, out: /^Nothing is damaged/ })
    await database.run(sql`delete from change where seq = 7`)
    const { code, err } = await runCommand(url, 'verify')
    expect(code).toBe(1)
    expect(err).toContain('The database is damaged.\n1 numbers are missing')
  })
})

describe('the log of a file', () => {
  let folder: string
  let crashed: string

  beforeEach(async () => {
    folder = emptyFolder()
    const url = await (engines[0] as Engine).create()
    const database = (engines[0] as Engine).connect(url)
    for (const slug of ['one', 'two', 'three']) await tag(database, slug)
    // What a crash leaves: the files as they are while the database is open.
    crashed = join(folder, 'crashed.db')
    for (const suffix of ['', '-wal', '-shm']) await copyFile(url.slice(5) + suffix, crashed + suffix)
  })

  const damaged = async (change: (log: Buffer) => Buffer) =>
    writeFile(`${crashed}-wal`, change(await readFile(`${crashed}-wal`)))
  const flipped = (at: number) => (log: Buffer) => {
    const index = at < 0 ? log.length + at : at
    log.writeUInt8(log.readUInt8(index) ^ 1, index)
    return log
  }

  it('is sound after a crash, with all its pages', () => {
    const { pages, damage } = readLog(crashed)
    expect(damage).toBeUndefined()
    expect(pages).toBeGreaterThan(3)
  })

  it('shows a flipped bit anywhere, and an end that is missing', async () => {
    const whole = await readFile(`${crashed}-wal`)
    for (const at of [3, 20, 40, 60, 5000, whole.length - 1]) {
      await writeFile(`${crashed}-wal`, flipped(at)(Buffer.from(whole)))
      expect(readLog(crashed).damage, `bit at ${at}`).toBeDefined()
    }
    await writeFile(`${crashed}-wal`, whole.subarray(0, -4000))
    expect(readLog(crashed).damage).toMatch(/holds \d+ sound pages of the \d+ that were committed/)
  })

  it('shows one in the middle without the index, too, but not in the last transaction', async () => {
    await rm(`${crashed}-shm`)
    await damaged(flipped(-1))
    expect(readLog(crashed).damage).toBeUndefined()
    await damaged(flipped(100))
    expect(readLog(crashed).damage).toMatch(/^The log is damaged behind page 0: \d+ transactions/)
  })

  it('is told of by the command before opening cuts it off', async () => {
    await damaged(flipped(5000))
    const { faults } = await verifyDatabase(`file:${crashed}`, quiet)
    expect(faults[0]).toMatch(/sound pages of the/)
  })
})
