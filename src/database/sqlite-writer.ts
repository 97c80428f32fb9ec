import { setTimeout as startTimer } from 'node:timers'
import type Sqlite from 'better-sqlite3'
import { type Clock, timestamp } from '../shared/clock.ts'
import {
  asTransaction,
  type Memory,
  type PutOff,
  putOff,
  type Queries,
  refuseInTransaction,
  type Transaction,
} from './database.ts'
import { asFailure, statements, whileBusy } from './sqlite-statements.ts'

const maxWritersPerCommit = 64
const maxPatienceMs = 4

type Job = {
  work: (tx: Transaction) => Promise<unknown>
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}
type Outcome = { value: unknown } | { error: unknown }

/**
 * Group commit: writers that arrive together share one transaction, and each is answered only after the commit. One fsync
 * then serves all of them. Where one fails, all run again, each in a savepoint of its own.
 */
export function writeQueue(writer: Sqlite.Database, clock: Clock, committed: () => void) {
  const queries = statements(writer)
  const memory = lasting(writer)
  const waiting: Job[] = []
  let draining: Promise<void> | undefined
  /** How many wrote together last, and how long that took. */
  let last = { writers: 1, ms: 0 }
  let enough: (() => void) | undefined

  function write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    refuseInTransaction()
    return new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as Job['resolve'], reject })
      if (waiting.length >= last.writers) enough?.()
      draining ??= drain()
    })
  }

  async function drain() {
    while (waiting.length > 0) {
      await gather()
      const jobs = waiting.splice(0, maxWritersPerCommit)
      const begun = performance.now()
      await commitTogether(jobs)
      last = { writers: jobs.length, ms: performance.now() - begun }
    }
    draining = undefined
  }

  /**
   * Lets every request join that comes in this turn of the event loop, and in the next ones as long as each brings more; and the
   * loop turn between two commits. Who was answered together often comes back together, but not in one turn: were the first of
   * them committed alone, the others would wait for that. So they are waited for, at most as long as that would take; who writes
   * alone waits for nobody.
   */
  async function gather() {
    await whileMoreCome()
    if (waiting.length >= last.writers) return
    const { promise, resolve } = Promise.withResolvers<void>()
    enough = resolve
    const timer = startTimer(resolve, Math.min(maxPatienceMs, last.ms))
    await promise
    clearTimeout(timer)
    enough = undefined
    await whileMoreCome()
  }

  async function whileMoreCome() {
    for (let before = 0; before < waiting.length && before < maxWritersPerCommit; ) {
      before = waiting.length
      await turn()
    }
  }

  async function commitTogether(jobs: Job[]) {
    let outcomes: Outcome[]
    try {
      outcomes = (await allOrNone(jobs)) ?? (await eachForItself(jobs))
    } catch (error) {
      undo()
      for (const job of jobs) job.reject(asFailure(error, 'written to'))
      return
    }
    for (const [index, job] of jobs.entries()) settle(job, outcomes[index] as Outcome)
    if (outcomes.some((outcome) => 'value' in outcome)) committed()
  }

  /** Begins a transaction, and answers what it puts off. */
  async function opened(): Promise<PutOff> {
    await begin(writer)
    memory.look()
    return putOff(memory.kept)
  }

  function undo() {
    memory.kept.clear()
    rollBack(writer)
  }

  /** Without savepoints, for which SQLite copies every page that a writer changes; `undefined` where one of them fails. */
  async function allOrNone(jobs: Job[]): Promise<Outcome[] | undefined> {
    const outcomes: Outcome[] = []
    const later = await opened()
    try {
      for (const job of jobs) {
        const tx = transaction(writer, queries, later, timestamp(clock()))
        outcomes.push({ value: await asTransaction(tx, job.work) })
      }
      await later.run(queries)
    } catch (error) {
      if (!writer.inTransaction) throw error
      undo()
      // Who is alone needs no second attempt to be told apart from others.
      return jobs.length === 1 ? [{ error: asFailure(error, 'written to') }] : undefined
    }
    writer.exec('commit')
    later.committed()
    return outcomes
  }

  /** Each in a savepoint, so that those who fail undo what they wrote and nothing else. */
  async function eachForItself(jobs: Job[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = []
    const later = await opened()
    for (const job of jobs) {
      const tx = transaction(writer, queries, later, timestamp(clock()))
      outcomes.push(await outcomeOf(writer, tx, later, job))
    }
    writer.exec('commit')
    later.committed()
    return outcomes
  }

  return { write, idle: () => draining ?? Promise.resolve() }
}

/** What transactions of this connection have read stays true until another one commits. `look` is called at the beginning of each. */
function lasting(writer: Sqlite.Database) {
  const kept: Memory = new Map()
  const version = writer.prepare('pragma data_version').pluck()
  let seen: unknown
  return {
    kept,
    look() {
      const found = version.get()
      if (found !== seen) kept.clear()
      seen = found
    },
  }
}

const turn = () => new Promise(setImmediate)

async function outcomeOf(
  writer: Sqlite.Database,
  tx: Transaction,
  later: PutOff,
  job: Job,
): Promise<Outcome> {
  try {
    const value = await tx.savepoint(async () => {
      const made = await asTransaction(tx, job.work)
      await later.run(tx)
      return made
    })
    return { value }
  } catch (error) {
    // A full disk or an I/O error can end the whole transaction, not only this savepoint.
    if (!writer.inTransaction) throw error
    return { error: asFailure(error, 'written to') }
  }
}

function settle(job: Job, outcome: Outcome) {
  if ('error' in outcome) job.reject(outcome.error)
  else job.resolve(outcome.value)
}

function transaction(writer: Sqlite.Database, queries: Queries, later: PutOff, now: string): Transaction {
  return {
    ...queries,
    now,
    memory: later.memory,
    beforeCommit: later.beforeCommit,
    afterCommit: later.afterCommit,
    origin: writer,
    async script(text) {
      writer.exec(text)
    },
    async savepoint(work) {
      const drop = later.mark()
      writer.exec('savepoint work')
      try {
        const value = await work()
        writer.exec('release work')
        return value
      } catch (error) {
        drop()
        if (writer.inTransaction) writer.exec('rollback to work; release work')
        throw error
      }
    },
  }
}

async function begin(writer: Sqlite.Database) {
  // A rollback that failed is tried again: nobody writes before it.
  if (writer.inTransaction) writer.exec('rollback')
  await whileBusy(() => writer.exec('begin immediate'))
}

function rollBack(writer: Sqlite.Database) {
  try {
    if (writer.inTransaction) writer.exec('rollback')
  } catch {
    // The next `begin` tries again. Until then the answer is the error that led here.
  }
}
