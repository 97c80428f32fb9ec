import { hash } from 'node:crypto'
import pg from 'pg'
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
import { postgresDialect } from './dialect.ts'
import type { Sql } from './sql.ts'

const maxNamedStatements = 500
const maxAttempts = 8
const int8 = 20
/** Serialization failure and deadlock: the other writer went first, so the work runs again. */
const conflicts = new Set(['40001', '40P01'])
/** Connection refused or lost, server starting or stopping, too many connections, disk full, read-only. */
const unavailable = /^(ECONN|ENOTFOUND|EPIPE|08|57P|53|25006)/

/** Opens a pool on `postgres://user:password@host:port/database`. */
export function openPostgres(url: string, clock: Clock = systemClock): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: (oid, format) => (oid === int8 ? Number : pg.types.getTypeParser(oid, format)) },
  })
  // An idle connection that breaks is dropped by the pool; the next query opens another.
  pool.on('error', () => {})
  const names = statementNames()
  const commits = commitListeners()
  const outer = queries(pool, names)

  async function write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    refuseInTransaction()
    for (let attempt = 1; ; attempt++) {
      try {
        const value = await inTransaction(pool, names, clock, work)
        commits.notify()
        return value
      } catch (error) {
        if (!conflicts.has(errorCode(error)) || attempt === maxAttempts) throw asFailure(error)
      }
    }
  }

  return {
    dialect: postgresDialect,
    all: async (statement) => (refuseInTransaction(), mapped(outer.all(statement))),
    one: async (statement) => (refuseInTransaction(), mapped(outer.one(statement))),
    run: (statement) => write((tx) => tx.run(statement)),
    write,
    version: () => undefined,
    onCommit: commits.add,
    close: () => pool.end(),
  } as Database
}

async function inTransaction<T>(
  pool: pg.Pool,
  names: (text: string) => string | undefined,
  clock: Clock,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const tx = transaction(client, names, timestamp(clock()))
    const value = await asTransaction(() => work(tx))
    await client.query('commit')
    return value
  } catch (error) {
    await client.query('rollback').catch((failed) => {
      broken = failed
    })
    throw error
  } finally {
    client.release(broken)
  }
}

function transaction(
  client: pg.PoolClient,
  names: (text: string) => string | undefined,
  now: string,
): Transaction {
  return {
    ...queries(client, names),
    now,
    async script(text) {
      await client.query(text)
    },
    async savepoint(work) {
      await client.query('savepoint work')
      try {
        const value = await work()
        await client.query('release savepoint work')
        return value
      } catch (error) {
        await client.query('rollback to savepoint work; release savepoint work')
        throw error
      }
    },
  }
}

function queries(connection: pg.Pool | pg.PoolClient, names: (text: string) => string | undefined): Queries {
  async function query(statement: Sql) {
    const { text, values } = statement
    return connection.query({ name: names(text), text, values })
  }
  return {
    dialect: postgresDialect,
    all: async (statement) => (await query(statement)).rows,
    one: async (statement) => (await query(statement)).rows[0],
    run: async (statement) => (await query(statement)).rowCount ?? 0,
  }
}

/** A statement that has a name is prepared once per connection; past a bound, rare texts go unnamed. */
function statementNames() {
  const names = new Map<string, string>()
  return (text: string): string | undefined => {
    const known = names.get(text)
    if (known || names.size >= maxNamedStatements) return known
    const name = hash('sha1', text, 'base64url')
    names.set(text, name)
    return name
  }
}

const errorCode = (error: unknown) => (error as { code?: string }).code ?? ''

async function mapped<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw asFailure(error)
  }
}

function asFailure(error: unknown): unknown {
  if (
    !unavailable.test(errorCode(error)) &&
    !/timeout exceeded when trying to connect|Connection terminated/.test(String(error))
  ) {
    return error
  }
  const message = 'The newsroom cannot be reached at the moment; try again later.'
  const failure = new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
  failure.cause = error
  return failure
}
