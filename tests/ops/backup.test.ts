import { existsSync } from 'node:fs'
import { copyFile, open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { schemaVersions } from '../../src/database/migrate.ts'
import { openDatabase } from '../../src/database/open.ts'
import { loadSample } from '../../src/main/sample.ts'
import { backUp, describeDatabase, manifestOf, readManifest } from '../../src/ops/backup.ts'
import { differences, digestTables, type Manifest } from '../../src/ops/manifest.ts'
import { restore, verifyCopy } from '../../src/ops/restore.ts'
import { addTag } from '../../src/tags/tags.ts'
import { atEnd } from '../support/cleanup.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { emptyFolder } from '../support/newsweave.ts'

const [sqlite, postgres] = engines as [Engine, Engine]
const quiet = () => () => {}
const rowsOf = (manifest: Pick<Manifest, 'tables'>, name: string) =>
  manifest.tables.find((table) => table.name === name)?.rows

const tag = (database: Database, slug: string) =>
  database.write((tx) => addTag(tx, { slug, name: slug, names: {}, aliases: [] }))

describe('a backup of a file', () => {
  let folder: string
  let file: string
  let target: string

  beforeEach(() => {
    folder = emptyFolder()
    file = join(folder, 'copy.db')
    target = join(folder, 'restored', 'newsweave.db')
  })

  async function newsroom() {
    const database = await sqlite.open()
    await loadSample(database)
    return database
  }

  it('is one state of the database while others write, and restores to the very same rows', async () => {
    const database = await newsroom()
    let written = 0
    let going = true
    const writer = (async () => {
      while (going) await tag(database, `tag-${++written}`)
    })()
    const manifest = await backUp(database, file, quiet)
    going = false
    await writer

    // Each tag has exactly one change: a copy of two moments would not.
    const copied = (rowsOf(manifest, 'tag') ?? 0) - 17
    expect(copied).toBeLessThan(written)
    expect(rowsOf(manifest, 'change')).toBe(80 + copied)
    expect(await readManifest(file)).toEqual(manifest)
    expect((await readdir(folder)).sort()).toEqual(['copy.db', 'copy.db.manifest.json'])

    const { replaced } = await restore(file, target, { force: false, report: quiet })
    expect(replaced).toBeUndefined()
    const restored = openDatabase(`file:${target}`)
    atEnd(() => restored.close())
    expect(await digestTables(restored)).toEqual(manifest.tables)
    await tag(restored, 'works')
  })

  it('reports every step to its end', async () => {
    const steps = new Map<string, number>()
    await backUp(await newsroom(), file, (step) => (done, total) => steps.set(step, done / total))
    expect([...steps]).toEqual([
      ['Copying', 1],
      ['Reading the copy', 1],
      ['Hashing the copy', 1],
    ])
  })

  it('leaves nothing behind that looks like a backup where it fails', async () => {
    const database = await newsroom()
    const full = {
      ...database,
      copyTo: async (partial: string) => {
        await writeFile(partial, 'half a copy')
        throw new Error('ENOSPC: no space left on device')
      },
    }
    await expect(backUp(full, file, quiet)).rejects.toThrow('no space left')
    expect(await readdir(folder)).toEqual([])
  })

  it('is refused by restoring where it is damaged, wherever the bit flipped, and nothing is replaced', async () => {
    await backUp(await newsroom(), file, quiet)
    const { size } = await stat(file)
    for (const part of [0.003, 0.2, 0.5, 0.8, 0.999]) {
      const damaged = join(folder, `damaged-${part}.db`)
      await copyFile(file, damaged)
      await copyFile(manifestOf(file), manifestOf(damaged))
      await flipBit(damaged, Math.floor(size * part))
      await expect(verifyCopy(damaged, quiet)).rejects.toThrow(/is not the file that its manifest describes/)
      await expect(restore(damaged, target, { force: true, report: quiet })).rejects.toThrow('damaged')
    }
    expect(existsSync(target)).toBe(false)
  })

  it('is refused where it was cut short, has no manifest, or one that is none', async () => {
    await backUp(await newsroom(), file, quiet)
    const short = join(folder, 'short.db')
    await writeFile(short, (await readFile(file)).subarray(0, 8192))
    await expect(verifyCopy(short, quiet)).rejects.toThrow(`${manifestOf(short)} is missing`)
    await copyFile(manifestOf(file), manifestOf(short))
    await expect(verifyCopy(short, quiet)).rejects.toThrow(/has 8192 bytes instead of \d+: it is damaged/)
    await writeFile(manifestOf(short), '{}')
    await expect(verifyCopy(short, quiet)).rejects.toThrow('is no manifest')
    await expect(verifyCopy(join(folder, 'none.db'), quiet)).rejects.toThrow('There is no')
  })

  it('is refused where the rows are not those of the manifest, table by table', async () => {
    await backUp(await newsroom(), file, quiet)
    const manifest: Manifest = JSON.parse(await readFile(manifestOf(file), 'utf8'))
    for (const table of manifest.tables) if (table.name === 'tag') table.sha256 = '0'.repeat(64)
    for (const table of manifest.tables) if (table.name === 'source') table.rows = 99
    await writeFile(manifestOf(file), JSON.stringify(manifest))
    await expect(restore(file, target, { force: false, report: quiet })).rejects.toThrow(
      'Table source has 4 rows instead of 99. Table tag has other contents.',
    )
    expect(existsSync(target)).toBe(false)
  })

  it('takes the place of a database only by force, never of one in use, and keeps the old one', async () => {
    await backUp(await newsroom(), file, quiet)
    await restore(file, target, { force: false, report: quiet })
    await expect(restore(file, target, { force: false, report: quiet })).rejects.toThrow('Say --force')

    const used = openDatabase(`file:${target}`)
    await tag(used, 'later')
    await expect(restore(file, target, { force: true, report: quiet })).rejects.toThrow(
      'Stop the server first',
    )
    await used.close()

    const { replaced = '' } = await restore(file, target, { force: true, report: quiet })
    const [now, before] = [openDatabase(`file:${target}`), openDatabase(`file:${replaced}`)]
    atEnd(() => Promise.all([now.close(), before.close()]))
    const tags = async (database: Database) =>
      (await digestTables(database)).find(({ name }) => name === 'tag')?.rows
    expect(await tags(now)).toBe(17)
    expect(await tags(before)).toBe(18)
  })
})

onEveryEngine('the manifest', (engine) => {
  it('is the same for the same rows, and tells which table differs', async () => {
    const database = await engine.open()
    await loadSample(database)
    const before = await digestTables(database)
    expect(await digestTables(database)).toEqual(before)
    expect(before.map(({ name }) => name)).toContain('schema_migration')
    expect(rowsOf({ tables: before }, 'article')).toBe(33)
    await tag(database, 'other')
    expect(differences(before, await digestTables(database))).toEqual([
      'Table change has 81 rows instead of 80.',
      'Table change_head has other contents.',
      'Table tag has 18 rows instead of 17.',
      'Table tag_alias has 54 rows instead of 53.',
      expect.stringMatching(/^Table tag_key has \d+ rows instead of \d+\.$/),
    ])
  })

  it('reads every row of tables that are longer than a page', async () => {
    const database = await engine.open()
    await database.write(async (tx) => {
      for (let number = 0; number < 1201; number++) {
        await addTag(tx, { slug: `tag-${number}`, name: 'Tag', names: {}, aliases: [] })
      }
    })
    const digests = await digestTables(database)
    expect(rowsOf({ tables: digests }, 'tag')).toBe(1201)
    expect(rowsOf({ tables: digests }, 'change')).toBe(1201)
  })
})

describe('the manifest of a server', () => {
  it('is of one snapshot, which another tool can copy while others write', async () => {
    const url = await postgres.create()
    const database = postgres.connect(url)
    await tag(database, 'before')
    let copied: number | undefined
    const manifest = await describeDatabase(database, quiet, async (snapshot) => {
      await tag(database, 'meanwhile')
      const other = new pg.Client({ connectionString: url })
      await other.connect()
      await other.query(`begin isolation level repeatable read; set transaction snapshot '${snapshot}'`)
      copied = Number((await other.query('select count(*) as count from tag')).rows[0].count)
      await other.end()
    })
    expect(copied).toBe(1)
    expect(rowsOf(manifest, 'tag')).toBe(1)
    expect(rowsOf({ tables: await digestTables(database) }, 'tag')).toBe(2)
    const { known: schemaVersion } = await schemaVersions(database)
    expect(manifest).toMatchObject({ format: 1, engine: 'postgres', schemaVersion })
  })
})

async function flipBit(path: string, at: number): Promise<void> {
  const handle = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, at)
  byte.writeUInt8(byte.readUInt8() ^ 0b100)
  await handle.write(byte, 0, 1, at)
  await handle.close()
}
