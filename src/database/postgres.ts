import { hash } from 'node:crypto'
import type pg from 'pg'
import { type Clock, systemClock, timestamp } from '../shared/clock.ts'
import { Failure } from '../shared/failure.ts'
import {
  asTransaction,
  commitListeners,
  type Database,
  type PutOff,
  putOff,
  type Queries,
  refuseInTransaction,
  type Transaction,
} from './database.ts'
import { postgresDialect } from './dialect.ts'
import { postgresDriver } from './postgres-driver.ts'
import { listening } from './postgres-listening.ts'
import type { Sql } from './sql.ts'

/** Reads have connections of their own: however many writers wait for one that writes alone, they go on. */
const readingConnections = 6
const writingConnections = 8
const maxNamedStatements = 500
const maxAttempts = 3
/** Whole numbers (int8) and sums of them (numeric), by the ids of these types: the driver would hand them over as text. */
const numbers = new Set([20, 1700])
/** Serialization failure and deadlock: the other writer went first. */
const conflicts = new Set(['40001', '40P01'])
/** A row that another writer took or removed between our look and our write; where it is there still, a bug. */
const taken = new Set(['23505', '23503'])
/** Connection refused or lost, server starting or stopping, too many connections, disk full or failing, read-only. */
const unavailableCode =
  /^(ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|08|57P|53|58|25006)/
const unavailableMessage = /timeout exceeded when trying to connect|Connection terminated|not queryable/

/** Held by every writer until its end: together with the others, or by one alone. In one round trip with `begin`. */
const writers = 7310582210
const begin = `begin; select pg_advisory_xact_lock_shared(${writers})`
const beginAlone = `begin; select pg_advisory_xact_lock(${writers})`
const beginSnapshot = 'begin isolation level repeatable read, read only'

/** Opens pools on `postgres://user:password@host:port/database`. */
export function openPostgres(url: string, clock: Clock = systemClock): Database {
  const reading = openPool(url, readingConnections)
  const writing = openPool(url, writingConnections)
  const names = statementNames()
  const commits = commitListeners()
  const announced = listening(url)
  const outer = queries(reading, names)
  const oneByOne = inTurn()

  async function write<T>(work: (tx: Transaction) => Promise<T>, { alone = false } = {}): Promise<T> {
    refuseInTransaction()
    return alone ? oneByOne(() => attempts(work, alone)) : attempts(work, alone)
  }

  async function attempts<T>(work: (tx: Transaction) => Promise<T>, alone: boolean): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        // A second attempt finds what there is now, and is made alone, where nobody can go first again.
        const beginning = alone || attempt > 1 ? beginAlone : begin
        const later = putOff()
        const value = await inTransaction(writing, beginning, async (client) => {
          const tx = transaction(client, writing, names, later, timestamp(clock()))
          const made = await asTransaction(tx, work)
          await later.run(tx)
          return made
        })
        later.committed()
        commits.notify()
        return value
      } catch (error) {
        const again = conflicts.has(errorCode(error)) || taken.has(errorCode(error))
        if (!again || attempt === maxAttempts) throw asFailure(error)
      }
    }
  }

  return {
    dialect: postgresDialect,
    all: (statement) => read(() => outer.all(statement)),
    one: (statement) => read(() => outer.one(statement)),
    run: (statement) => write((tx) => tx.run(statement)),
    write,
    version: () => undefined,
    onCommit: commits.add,
    onAnnouncement: announced.add,
    snapshot: (work) =>
      inTransaction(reading, beginSnapshot, async (client) => {
        const { rows } = await client.query('select pg_export_snapshot() as name')
        return work(queries(client, names), rows[0].name)
      }),
    async close() {
      await announced.close()
      await oneByOne(async () => {})
      await Promise.all([reading.end(), writing.end()])
    },
  }
}

function openPool(url: string, max: number): pg.Pool {
  const { Pool, types } = postgresDriver()
  const pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 10_000,
    types: {
      getTypeParser: (oid, format) => (numbers.has(oid) ? Number : types.getTypeParser(oid, format)),
    },
  })
  // An idle connection that breaks is dropped by the pool; the next query opens another.
  pool.on('error', ignore)
  return pool
}

/** Who writes alone waits for the others of this process here, and not each on a connection, of which other writers would lack them all. */
function inTurn() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work)
    last = next.catch(ignore)
    return next
  }
}

async function inTransaction<T>(
  pool: pg.Pool,
  beginning: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  // A connection that breaks says so on its next use, too. Without a listener it would end the process.
  client.on('error', ignore)
  let broken: Error | undefined
  try {
    await client.query(beginning)
    const value = await work(client)
    await client.query('commit')
    return value
  } catch (error) {
    await client.query('rollback').catch((failed) => {
      broken = failed
    })
    throw error
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}

const ignore = () => {}

function transaction(
  client: pg.PoolClient,
  origin: pg.Pool,
  names: (text: string) => string | undefined,
  later: PutOff,
  now: string,
): Transaction {
  return {
    ...queries(client, names),
    now,
    memory: later.memory,
    beforeCommit: later.beforeCommit,
    afterCommit: later.afterCommit,
    origin,
    async script(text) {
      await client.query(text)
    },
    async savepoint(work) {
      const drop = later.mark()
      await client.query('savepoint work')
      try {
        const value = await work()
        await client.query('release savepoint work')
        return value
      } catch (error) {
        drop()
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

async function read<T>(query: () => Promise<T>): Promise<T> {
  refuseInTransaction()
  try {
    return await query()
  } catch (error) {
    throw asFailure(error)
  }
}

function asFailure(error: unknown): unknown {
  const code = errorCode(error)
  const known = unavailableCode.test(code) || unavailableMessage.test(String(error)) || conflicts.has(code)
  if (!known) return error
  const message = 'The newsroom cannot be reached at the moment; try again later.'
  const failure = new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
  failure.cause = error
  return failure
}
