import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { type Clock, systemClock, timestamp } from '../shared/clock.ts'
import { Failure } from '../shared/failure.ts'
import {
  asTransaction,
  commitListeners,
  type Database,
  type Queries,
  refuseInTransaction,
  type Transaction,
} from './database.ts'
import { sqliteDialect } from './dialect.ts'
import type { Sql } from './sql.ts'

const maxStatements = 500
const maxWritersPerCommit = 64
const busyForAtMostMs = 10_000

type Job = {
  work: (tx: Transaction) => Promise<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}
type Outcome = { value: unknown } | { error: unknown }

/** Opens (and where missing makes) a database file: one writer behind a queue, reads on a connection of their own. */
export function openSqlite(file: string, clock: Clock = systemClock): Database {
  mkdirSync(dirname(file), { recursive: true })
  const writer = openWriter(file)
  const reader = new Sqlite(file, { readonly: true, timeout: 0 })
  reader.pragma('mmap_size = 268435456')
  const read = queries(reader)
  const dataVersion = reader.prepare('pragma data_version').pluck()
  const commits = commitListeners()
  const { write, idle } = writeQueue(writer, clock, commits.notify)

  return {
    dialect: sqliteDialect,
    all: (statement) => (refuseInTransaction(), read.all(statement)),
    one: (statement) => (refuseInTransaction(), read.one(statement)),
    run: (statement) => write((tx) => tx.run(statement)),
    write,
    version: () => dataVersion.get() as number,
    onCommit: commits.add,
    async copyTo(target, progress) {
      await reader.backup(target, {
        progress({ totalPages, remainingPages }) {
          progress(totalPages - remainingPages, totalPages)
          return 1000
        },
      })
    },
    async close() {
      await idle()
      reader.close()
      writer.close()
    },
  }
}

function openWriter(file: string): Sqlite.Database {
  // Waiting is done asynchronously in `begin`: the driver's own wait would freeze the event loop.
  const writer = new Sqlite(file, { timeout: 0 })
  writer.pragma('journal_mode = WAL')
  // This build's default in WAL is NORMAL, whatever it reads back, and loses acknowledged writes in a power cut.
  writer.pragma('synchronous = FULL')
  if (writer.pragma('synchronous', { simple: true }) !== 2)
    throw new Error('SQLite refused synchronous = FULL.')
  writer.pragma('foreign_keys = on')
  writer.pragma('cache_size = -32000')
  writer.pragma('temp_store = memory')
  return writer
}

function queries(connection: Sqlite.Database): Queries {
  const statements = new Map<string, Sqlite.Statement>()
  function prepare(text: string): Sqlite.Statement {
    const known = statements.get(text)
    if (known) return known
    const statement = connection.prepare(text)
    const oldest = statements.size >= maxStatements ? statements.keys().next().value : undefined
    if (oldest !== undefined) statements.delete(oldest)
    statements.set(text, statement)
    return statement
  }
  return {
    dialect: sqliteDialect,
    async all<Row>(statement: Sql) {
      return prepare(statement.sql).all(...statement.values) as Row[]
    },
    async one<Row>(statement: Sql) {
      return prepare(statement.sql).get(...statement.values) as Row | undefined
    },
    async run(statement: Sql) {
      return prepare(statement.sql).run(...statement.values).changes
    },
  }
}

/**
 * Group commit: writers that arrive together share one transaction, each in a savepoint of its own, and each is answered
 * only after the commit. One fsync then serves all of them.
 */
function writeQueue(writer: Sqlite.Database, clock: Clock, committed: () => void) {
  const statements = queries(writer)
  const waiting: Job[] = []
  let draining: Promise<void> | undefined

  function write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    refuseInTransaction()
    return new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as Job['resolve'], reject })
      draining ??= drain()
    })
  }

  async function drain() {
    // Lets every request of this turn of the event loop join the first transaction.
    await new Promise(setImmediate)
    while (waiting.length > 0) await commitTogether(waiting.splice(0, maxWritersPerCommit))
    draining = undefined
  }

  async function commitTogether(jobs: Job[]) {
    try {
      await begin(writer)
      const outcomes: Outcome[] = []
      for (const job of jobs) outcomes.push(await runInSavepoint(job))
      writer.exec('commit')
      committed()
      for (const [index, job] of jobs.entries()) settle(job, outcomes[index] as Outcome)
    } catch (error) {
      if (writer.inTransaction) writer.exec('rollback')
      for (const job of jobs) job.reject(asFailure(error))
    }
  }

  async function runInSavepoint(job: Job): Promise<Outcome> {
    const tx = transaction(writer, statements, timestamp(clock()))
    try {
      return { value: await asTransaction(() => tx.savepoint(() => job.work(tx))) }
    } catch (error) {
      // A full disk or an I/O error ends the whole transaction, not only this savepoint.
      if (!writer.inTransaction) throw error
      return { error: asFailure(error) }
    }
  }

  return { write, idle: () => draining ?? Promise.resolve() }
}

function transaction(writer: Sqlite.Database, statements: Queries, now: string): Transaction {
  return {
    ...statements,
    now,
    async script(text) {
      writer.exec(text)
    },
    async savepoint(work) {
      writer.exec('savepoint work')
      try {
        const value = await work()
        writer.exec('release work')
        return value
      } catch (error) {
        if (writer.inTransaction) writer.exec('rollback to work; release work')
        throw error
      }
    },
  }
}

function settle(job: Job, outcome: Outcome) {
  if ('error' in outcome) job.reject(outcome.error)
  else job.resolve(outcome.value)
}

async function begin(writer: Sqlite.Database) {
  const deadline = Date.now() + busyForAtMostMs
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      writer.exec('begin immediate')
      return
    } catch (error) {
      if (errorCode(error) !== 'SQLITE_BUSY' || Date.now() > deadline) throw error
      await sleep(waitMs)
    }
  }
}

const errorCode = (error: unknown) => (error as { code?: string }).code ?? ''

/** What the operator or time can mend is the service being unavailable, not a bug. */
function asFailure(error: unknown): unknown {
  if (!/^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN)/.test(errorCode(error))) return error
  const message =
    'The newsroom cannot be written to at the moment. Nothing of this request was kept; try again later.'
  const failure = new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
  failure.cause = error
  return failure
}
