import { setTimeout as sleep } from 'node:timers/promises'
import type Sqlite from 'better-sqlite3'
import { Failure } from '../shared/failure.ts'
import type { Queries } from './database.ts'
import { sqliteDialect } from './dialect.ts'
import type { Sql } from './sql.ts'

const maxStatements = 500
const busyForAtMostMs = 10_000
/** Locked by another process, recovering, full, failing, read-only: what the operator or time can mend. */
const unavailable = /^SQLITE_(BUSY|PROTOCOL|FULL|IOERR|READONLY|CANTOPEN)/

/**
 * Each value behind a unary plus, which changes nothing of it. SQLite built with STAT4 otherwise plans a statement anew for
 * each value that is compared with an indexed column: a join by one key took 36 µs instead of 16, a tag's page 16 instead
 * of 4.
 */
function textOf({ strings }: Sql): string {
  // Of a template that holds no other, the strings are the same each time.
  if (!Object.isFrozen(strings)) return strings.join('+?')
  const known = texts.get(strings)
  if (known !== undefined) return known
  const text = strings.join('+?')
  texts.set(strings, text)
  return text
}

const texts = new WeakMap<readonly string[], string>()

/** Runs statements at once on a connection, which keeps the prepared statement of each text. */
export function directly(connection: Sqlite.Database) {
  const prepared = new Map<string, Sqlite.Statement>()
  function prepare(text: string): Sqlite.Statement {
    const known = prepared.get(text)
    if (known) return known
    const statement = connection.prepare(text)
    const oldest = prepared.size >= maxStatements ? prepared.keys().next().value : undefined
    if (oldest !== undefined) prepared.delete(oldest)
    prepared.set(text, statement)
    return statement
  }
  return {
    all<Row>(statement: Sql): Row[] {
      return prepare(textOf(statement)).all(...statement.values) as Row[]
    },
    one<Row>(statement: Sql): Row | undefined {
      return prepare(textOf(statement)).get(...statement.values) as Row | undefined
    },
    run(statement: Sql): number {
      return prepare(textOf(statement)).run(...statement.values).changes
    },
  }
}

export function statements(connection: Sqlite.Database): Queries {
  const { all, one, run } = directly(connection)
  return {
    dialect: sqliteDialect,
    all: async (statement) => all(statement),
    one: async (statement) => one(statement),
    run: async (statement) => run(statement),
  }
}

/** Tries again while another process holds the lock, up to a limit, and lets the event loop turn meanwhile. */
export async function whileBusy<T>(work: () => T | Promise<T>): Promise<T> {
  let deadline: number | undefined
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      return await work()
    } catch (error) {
      deadline ??= Date.now() + busyForAtMostMs
      if (!isBusy(error) || Date.now() > deadline) throw error
      await sleep(waitMs)
    }
  }
}

export const isBusy = (error: unknown) => errorCode(error).startsWith('SQLITE_BUSY')

const errorCode = (error: unknown) => (error as { code?: string }).code ?? ''

/** `unavailable` is no bug, and an error at commit does not say whether the rows were kept (a sync can fail late). */
export function asFailure(error: unknown, access: 'read' | 'written to'): unknown {
  const code = errorCode(error)
  // The connection for reads may only read: a statement there that writes is a bug.
  const bug = code === 'SQLITE_READONLY' && access === 'read'
  if (bug || !unavailable.test(code)) return error
  const message = `The newsroom cannot be ${access} at the moment; try again later.`
  const failure = new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
  failure.cause = error
  return failure
}
