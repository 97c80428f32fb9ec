import { readdirSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { migrate, SchemaTooNew } from '../../src/database/migrate.ts'
import { sql } from '../../src/database/sql.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { runProgram } from '../support/process.ts'
import { listColumns, listIndexes, listTables } from './schema.ts'

const program = (name: string) => new URL(`./programs/${name}.ts`, import.meta.url)
const migrationFiles = (engine: string) =>
  readdirSync(new URL(`../../migrations/${engine}/`, import.meta.url)).sort()
const newest = migrationFiles('sqlite').length

describe('the two schemas', () => {
  const onBoth = async <T>(read: (database: Awaited<ReturnType<Engine['open']>>) => Promise<T>) => {
    const [first, second] = await Promise.all(engines.map(async (engine) => read(await engine.open())))
    return { first, second }
  }

  it('come in pairs of files with the same names', () => {
    expect(migrationFiles('postgres')).toEqual(migrationFiles('sqlite'))
  })

  it('have the same tables, columns, nullability and primary keys', async () => {
    const { first, second } = await onBoth(listColumns)
    expect(first?.length).toBeGreaterThan(100)
    expect(second).toEqual(first)
  })

  it('have the same indexes', async () => {
    const { first, second } = await onBoth(listIndexes)
    expect(first?.length).toBeGreaterThan(20)
    expect(second).toEqual(first)
  })

  it('compare every text byte by byte, whatever the locale of the server', async () => {
    const database = await (engines[1] as Engine).open()
    const others = await database.all(sql`
      select table_name, column_name from information_schema.columns
      where table_schema = current_schema() and data_type = 'text' and collation_name is distinct from 'C'
        and table_name <> 'schema_migration'`)
    expect(others).toEqual([])
  })

  it('have only strict tables in the file, so that a text cannot end up in a column of numbers', async () => {
    const database = await (engines[0] as Engine).open()
    const loose = await database.all(sql`
      select name from pragma_table_list where schema = 'main' and strict = 0 and type = 'table'
        and name not like 'sqlite_%' and name <> 'schema_migration'`)
    expect(loose).toEqual([])
  })
})

onEveryEngine('migrations', (engine) => {
  let url: string

  beforeEach(async () => {
    url = await engine.create('empty')
  })

  it('bring an empty database up to date, once', async () => {
    const database = engine.connect(url)
    const told: string[] = []
    const names = await migrate(database, (name) => told.push(name))
    expect(names).toEqual(migrationFiles(engine.name).map((file) => file.replace('.sql', '')))
    expect(told).toEqual(names)
    expect(await migrate(database)).toEqual([])
    expect(await database.one(sql`select max(version) as version from schema_migration`)).toEqual({
      version: newest,
    })
  })

  it('refuse a schema newer than the program, and change nothing', async () => {
    const database = await engine.open()
    await database.run(
      sql`insert into schema_migration (version, name, applied_at) values (${newest + 1}, 'later', '')`,
    )
    const before = await listColumns(database)
    const failing = migrate(database)
    await expect(failing).rejects.toBeInstanceOf(SchemaTooNew)
    await expect(failing).rejects.toThrow(
      `The database is at schema version ${newest + 1}, and this program knows versions up to ${newest}.`,
    )
    expect(await listColumns(database)).toEqual(before)
    expect(await database.one(sql`select count(*) as count from schema_migration`)).toEqual({
      count: newest + 1,
    })
  })

  it('leave nothing of one that fails half way, and succeed once its cause is mended', async () => {
    const database = engine.connect(url)
    // The last table of the first migration is there already.
    await database.write((tx) => tx.script('create table idempotent_answer (key integer)'))
    await expect(migrate(database)).rejects.toThrow(/idempotent_answer/)
    expect(await listTables(database)).toEqual(['idempotent_answer'])

    await database.write((tx) => tx.script('drop table idempotent_answer'))
    expect(await migrate(database)).toHaveLength(newest)
  })

  it('leave nothing when the process is killed half way, and succeed in the next', async () => {
    const dying = runProgram(program('die-migrating'), [url])
    expect(await dying.ended, dying.output()).toBe('SIGKILL')
    const database = engine.connect(url)
    expect(await listTables(database)).toEqual([])
    expect(await migrate(database)).toHaveLength(newest)
  })

  it('run once where several processes start at the same time', async () => {
    const programs = [1, 2, 3].map(() => runProgram(program('migrate'), [url]))
    await Promise.all(programs.map((started) => started.printed('ready')))
    for (const { process } of programs) process.stdin?.write('go\n')
    const codes = await Promise.all(programs.map(({ ended }) => ended))
    const outputs = programs.map(({ output }) => output())
    expect(codes, outputs.join()).toEqual([0, 0, 0])
    const names = migrationFiles(engine.name).map((file) => file.replace('.sql', ''))
    const applied = outputs.flatMap((output) => /applied: (.*)\./.exec(output)?.[1]?.split(',') ?? [])
    expect(applied.filter(Boolean).sort()).toEqual(names)
  })
})

describe('the text of a migration', () => {
  it('is the same for both engines, but for what types, tables, statistics and the index of texts differ in', () => {
    for (const name of migrationFiles('sqlite')) {
      const [ofFile, ofServer] = ['sqlite', 'postgres'].map((engine) =>
        readFileSync(new URL(`../../migrations/${engine}/${name}`, import.meta.url), 'utf8'),
      )
      expect(portable(ofServer)).toBe(portable(ofFile))
    }
  })

  const portable = (text = '') =>
    text
      .replaceAll(' collate "C"', '')
      .replaceAll(' generated always as identity', ' not null')
      .replaceAll('double precision', 'real')
      .replaceAll('bigint', 'integer')
      .replaceAll('bytea', 'blob')
      .replaceAll(/\) strict(, without rowid)?;/g, ');')
      .replaceAll(ownIndex, '')
      .replaceAll(ownStatistics, '')
      .replace(ownMerging, '')
  /** What each engine searches texts by, with the comment above it. */
  const ownIndex = /-- What is searched:[\s\S]*?\n\);\n(create index text_terms_terms [^;]*;\n)?/g
  const ownMerging = /^-- What merges the index of texts:[\s\S]*$/
  const ownStatistics =
    /\n-- Without statistics SQLite[\s\S]*?\nanalyze sqlite_schema;\ndelete[\s\S]*?\nanalyze sqlite_schema;\n/g
})
