import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { type Clock, systemClock } from '../shared/clock.ts'
import { commitListeners, type Database, refuseInTransaction } from './database.ts'
import { sqliteDialect } from './dialect.ts'
import { asFailure, directly, isBusy, whileBusy } from './sqlite-statements.ts'
import { writeQueue } from './sqlite-writer.ts'

/** How long opening waits for another process that is opening the same new file, blocking. */
const openingMs = 10_000

/** Opens (and where missing makes) a database file: one writer behind a queue, reads on a connection of their own. */
export function openSqlite(file: string, clock: Clock = systemClock): Database {
  makeFolder(dirname(file))
  const writer = openWriter(file)
  const reader = openReader(file)
  const { all, one } = directly(reader)
  const dataVersion = reader.prepare('pragma data_version').pluck()
  const commits = commitListeners()
  const { write, idle } = writeQueue(writer, clock, commits.notify)

  return {
    dialect: sqliteDialect,
    all: (statement) => read(() => all(statement)),
    one: (statement) => read(() => one(statement)),
    run: (statement) => write((tx) => tx.run(statement)),
    write,
    version: () => dataVersion.get() as number,
    onCommit: commits.add,
    copyTo: (target, progress) => copy(file, target, progress),
    async close() {
      await idle()
      reader.close()
      writer.close()
    },
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    const { message } = error as Error
    throw Object.assign(new Error(`the folder cannot be made: ${message}`), { code: 'SQLITE_CANTOPEN' })
  }
}

/** Waits only for what is busy: each promise on the way of a page costs as much as a row of it. */
async function read<T>(query: () => T): Promise<T> {
  refuseInTransaction()
  try {
    return query()
  } catch (error) {
    if (!isBusy(error)) throw asFailure(error, 'read')
  }
  try {
    return await whileBusy(query)
  } catch (error) {
    throw asFailure(error, 'read')
  }
}

function openWriter(file: string): Sqlite.Database {
  const writer = new Sqlite(file, { timeout: openingMs })
  if (writer.pragma('journal_mode = WAL', { simple: true }) !== 'wal')
    throw new Error(
      'SQLite refused journal_mode = WAL, without which readers and the writer block each other.',
    )
  // This build's default in WAL is NORMAL, whatever it reads back, and loses acknowledged writes in a power cut.
  writer.pragma('synchronous = FULL')
  if (writer.pragma('synchronous', { simple: true }) !== 2)
    throw new Error('SQLite refused synchronous = FULL.')
  writer.pragma('foreign_keys = on')
  writer.pragma('cache_size = -32000')
  // 16 MB: of the pages that many writes change, each is copied into the file once instead of four times.
  writer.pragma('wal_autocheckpoint = 4000')
  writer.pragma('temp_store = memory')
  return waitingAsynchronously(writer)
}

function openReader(file: string): Sqlite.Database {
  const reader = new Sqlite(file, { readonly: true, timeout: openingMs })
  reader.pragma('mmap_size = 268435456')
  return waitingAsynchronously(reader)
}

/** From here on `whileBusy` waits: the driver's own wait would freeze the event loop. */
function waitingAsynchronously(connection: Sqlite.Database): Sqlite.Database {
  connection.pragma('busy_timeout = 0')
  return connection
}

/** On a connection that keeps one snapshot, since each commit of another begins an ordinary backup anew. */
async function copy(file: string, target: string, progress: (done: number, total: number) => void) {
  const snapshot = openReader(file)
  try {
    // The snapshot is that of the first read, not of the `begin`.
    snapshot.exec('begin; select count(*) from sqlite_schema')
    const { totalPages } = await snapshot.backup(target, {
      progress({ totalPages, remainingPages }) {
        progress(totalPages - remainingPages, totalPages)
        return 1000
      },
    })
    progress(totalPages, totalPages)
  } finally {
    snapshot.close()
  }
}
