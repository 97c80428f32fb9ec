import { AsyncLocalStorage } from 'node:async_hooks'
import { turns } from '../shared/turns.ts'
import type { Dialect } from './dialect.ts'
import type { Sql } from './sql.ts'

/** Statements on a connection. Rows are plain objects: integers are numbers, times RFC 3339 text, JSON text. */
export interface Queries {
  readonly dialect: Dialect
  all<Row extends object>(statement: Sql): Promise<Row[]>
  one<Row extends object>(statement: Sql): Promise<Row | undefined>
  /** Answers how many rows changed. */
  run(statement: Sql): Promise<number>
  /** In a transaction: what was read already. Emptied where it, or a savepoint of it, fails; see `rememberedOf`. */
  readonly memory?: Memory
}

export type Memory = Map<string, Map<unknown, unknown>>

/** A transaction in progress. Nothing in it may wait for the network or a timer: other writers wait behind it. */
export interface Transaction extends Queries {
  readonly memory: Memory
  /** The time of everything that this transaction writes. */
  readonly now: string
  /**
   * Runs `work` once everything else of the transaction is done, and before the commit: what is cheaper for many at once, by
   * `place` and else as it was put off. What was put off in a savepoint that fails is dropped with it.
   */
  beforeCommit(work: (q: Queries) => Promise<unknown>, place?: number): void
  /** Calls `listener` once the transaction is durable, and not where it, or the savepoint that this was called in, fails. */
  afterCommit(listener: () => void): void
  /** The same in all transactions of a database: what a process remembers of one is not true of another. */
  readonly origin: object
  /** Undoes what `work` wrote where it throws, and nothing else. */
  savepoint<T>(work: () => Promise<T>): Promise<T>
  /** Several statements without values, for migrations. */
  script(text: string): Promise<void>
}

export interface Database extends Queries {
  /**
   * Runs `work` in a transaction and answers once it is durable. `work` may run again after a conflict with another
   * writer, so it has no effect outside the transaction. `alone` keeps all other writers out meanwhile, of any process: for
   * what changes the ground that they stand on, such as the names that articles show.
   */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: { alone?: boolean }): Promise<T>
  /** Differs after any commit, of this process or another; `undefined` where the engine cannot tell without a round trip. */
  version(): number | undefined
  /** Called after each commit of this process. Answers how to stop listening. */
  onCommit(listener: () => void): () => void
  /**
   * Calls `listener` a moment after each commit that was announced (`dialect.announcement`), of whatever process, and whenever
   * announcements may have been missed. A hint, and no promise: the connection for it may be down. Answers how to stop listening;
   * `undefined` where the engine has none, and `version` tells of all commits.
   */
  onAnnouncement?: (listener: () => void) => () => void
  /** Cuts a consistent copy into a file while reads and writes go on; `undefined` where the engine has its own tool. */
  copyTo?: (file: string, progress: (done: number, total: number) => void) => Promise<void>
  /**
   * Reads of one state, however long they take, with the name under which the engine's own tool may copy that state
   * meanwhile; `undefined` where `copyTo` serves.
   */
  snapshot?: <T>(work: (q: Queries, name: string) => Promise<T>) => Promise<T>
  close(): Promise<void>
}

const inTransaction = new AsyncLocalStorage<true>()

/**
 * Runs a transaction's work so that `refuseInTransaction` knows of it. When the work is over, so is its handle: what was
 * not awaited would otherwise write outside the transaction, or into the next one.
 */
export async function asTransaction<T>(tx: Transaction, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let over = false
  const whileOpen = <Method extends (...given: never[]) => Promise<unknown>>(method: Method) =>
    ((...given) => (over ? Promise.reject(tooLate()) : method(...given))) as Method
  const handle: Transaction = {
    dialect: tx.dialect,
    now: tx.now,
    memory: tx.memory,
    all: whileOpen(tx.all),
    one: whileOpen(tx.one),
    run: whileOpen(tx.run),
    savepoint: whileOpen(tx.savepoint),
    beforeCommit(work, place) {
      if (over) throw tooLate()
      tx.beforeCommit(work, place)
    },
    afterCommit(listener) {
      if (over) throw tooLate()
      tx.afterCommit(listener)
    },
    origin: tx.origin,
    script: whileOpen(tx.script),
  }
  try {
    return await inTransaction.run(true, () => work(handle))
  } finally {
    over = true
  }
}

const tooLate = () => new Error('The transaction is over: something in it was not awaited.')

export type PutOff = ReturnType<typeof putOff>

/** What a transaction has put off until its end, the same for both engines. */
export function putOff(memory: Memory = new Map()) {
  const works: { work: (q: Queries) => Promise<unknown>; place: number }[] = []
  const listeners: (() => void)[] = []
  return {
    memory,
    beforeCommit: (work: (q: Queries) => Promise<unknown>, place = 0) => void works.push({ work, place }),
    afterCommit: (listener: () => void) => void listeners.push(listener),
    /** Runs all that is to be done before the commit, in its order. Thousands of articles may be waiting: the event loop turns between. */
    async run(q: Queries) {
      const turnWhenLong = turns()
      for (const { work } of works.splice(0).sort((a, b) => a.place - b.place)) {
        await work(q)
        await turnWhenLong()
      }
    },
    committed() {
      for (const listener of listeners.splice(0)) listener()
    },
    /** Answers how to drop what is put off from now on, and all that was read, since some of it may be undone. */
    mark() {
      const [worksBefore, listenersBefore] = [works.length, listeners.length]
      return () => {
        works.length = worksBefore
        listeners.length = listenersBefore
        memory.clear()
      }
    },
  }
}

/** The outer handle, used inside a transaction, would wait for itself or read past its own writes: it throws instead. */
export function refuseInTransaction(): void {
  if (inTransaction.getStore())
    throw new Error('Use the transaction, not the database handle, inside a transaction.')
}

/** Commit listeners, the same for both engines. */
export function commitListeners() {
  const listeners = new Set<() => void>()
  return {
    add(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** Never throws: what is committed stays so, whatever a listener makes of it. */
    notify() {
      for (const listener of listeners) {
        try {
          listener()
        } catch (error) {
          process.emitWarning(error as Error)
        }
      }
    },
  }
}
