import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, inject } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { type Clock, systemClock } from '../../src/shared/clock.ts'
import { atEnd } from './cleanup.ts'
import { createDatabase, dropDatabase } from './postgres.ts'

export type Engine = {
  name: 'sqlite' | 'postgres'
  /** A fresh database with the whole schema. */
  open(clock?: Clock): Promise<Database>
  /** The URL of a fresh database: with the whole schema, or `empty`. */
  create(content?: 'schema' | 'empty'): Promise<string>
  /** One more handle on a database, as another process has it. */
  connect(url: string, clock?: Clock): Database
}

const sqlite = engine('sqlite', async (content) => {
  const folder = await mkdtemp(join(dirname(inject('sqliteTemplate')), 'test-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'test.db')
  if (content === 'schema') await copyFile(inject('sqliteTemplate'), file)
  return `file:${file}`
})

const postgres = engine('postgres', async (content) => {
  const template = content === 'schema' ? inject('postgresTemplate') : 'template0'
  const url = await createDatabase(inject('postgresUrl'), template)
  atEnd(() => dropDatabase(url))
  return url
})

export const engines: Engine[] = [sqlite, postgres]

/**
 * Runs the tests on SQLite and on a real PostgreSQL. What a test opens is closed and removed when it ends, what
 * `beforeAll` opens at the end of the file.
 */
export function onEveryEngine(name: string, tests: (engine: Engine) => void): void {
  for (const engine of engines) describe(`${name} on ${engine.name}`, () => tests(engine))
}

function engine(name: Engine['name'], create: (content: 'schema' | 'empty') => Promise<string>): Engine {
  function connect(url: string, clock: Clock = systemClock): Database {
    const database = openDatabase(url, clock)
    const close = once(database.close)
    atEnd(close)
    return { ...database, close }
  }
  return {
    name,
    create: (content = 'schema') => create(content),
    connect,
    open: async (clock) => connect(await create('schema'), clock),
  }
}

/** A test may close what would be closed for it. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => {
    closed ??= close()
    return closed
  }
}
