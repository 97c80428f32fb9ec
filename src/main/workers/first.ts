import cluster, { type Worker } from 'node:cluster'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { AddressCount } from '../../http/address-counts.ts'
import type { Others } from '../app.ts'
import { CommandError } from '../command.ts'
import type { FromWorker, Task, ToWorker } from './messages.ts'

const program = fileURLToPath(new URL('program.ts', import.meta.url))
/** Commits that follow each other at once are told together. */
const togetherMs = 10
const answersWithinMs = 1_000
/** One that lived for longer is replaced at once; those that do not get along wait longer each time. */
const livesForMs = 10_000
const firstPauseMs = 100
const longestPauseMs = 10_000

export type Workers = {
  /** What the first process, which serves the same newsroom, shares with them. */
  others: Others
  /** Starts them all; answers when all listen, and throws where one cannot. */
  start(task: Task): Promise<void>
  /** Tells them that something was committed. */
  committed(): void
  /** Ends them once what is under way is answered. */
  stop(drainMs: number): Promise<void>
}

type Asked = { figures: object[][]; missing: Set<Worker>; done: () => void }

/** Processes that listen on one port together, of which each that dies is replaced. */
export function createWorkers({ count, logger }: { count: number; logger: Logger }): Workers {
  const alive = new Set<Worker>()
  const asked = new Map<number, Asked>()
  let questions = 0
  let stopping = false
  let learn = (_counts: AddressCount[]) => {}

  const tellAll = (message: ToWorker, except?: Worker) => {
    for (const worker of alive) if (worker !== except && worker.isConnected()) worker.send(message)
  }

  function hear(worker: Worker, message: FromWorker): void {
    if (message.kind === 'addresses') {
      learn(message.counts)
      tellAll(message, worker)
    } else if (message.kind === 'metrics') {
      const question = asked.get(message.question)
      question?.figures.push(message.figures)
      if (question) answered(question, worker)
    } else if (message.kind === 'failed') logger.error({ pid: worker.process.pid }, message.message)
  }

  function answered(question: Asked, worker: Worker): void {
    question.missing.delete(worker)
    if (question.missing.size === 0) question.done()
  }

  /** Resolves when it listens; rejects where it ends before. */
  function fork(task: Task, pauseMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const worker = cluster.fork()
    const startedMs = performance.now()
    let reason = 'it ended'
    alive.add(worker)
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'listening') resolve()
      else if (message.kind === 'failed') reason = message.message
      hear(worker, message)
    })
    // A worker that dies while it is told something has told of its end.
    worker.on('error', () => {})
    worker.once('exit', (code, signal) => {
      alive.delete(worker)
      for (const question of asked.values()) answered(question, worker)
      reject(new CommandError(`A worker could not start: ${reason}`))
      if (stopping) return
      const nextMs = performance.now() - startedMs > livesForMs ? 0 : pauseMs
      logger.error(
        { worker: worker.process.pid, code, signal, pauseMs: nextMs },
        'a worker ended and is replaced',
      )
      setTimeout(() => replace(task, nextMs), nextMs)
    })
    worker.send({ kind: 'start', task } satisfies ToWorker)
    return promise
  }

  function replace(task: Task, pausedMs: number): void {
    if (stopping) return
    const nextMs = Math.min(Math.max(firstPauseMs, pausedMs * 2), longestPauseMs)
    fork(task, nextMs).catch(() => {})
  }

  async function ofOthers(): Promise<object[][]> {
    const id = questions++
    const { promise, resolve } = Promise.withResolvers<void>()
    const question: Asked = { figures: [], missing: new Set(alive), done: resolve }
    asked.set(id, question)
    const timer = setTimeout(resolve, answersWithinMs)
    tellAll({ kind: 'metrics', question: id })
    if (question.missing.size > 0) await promise
    clearTimeout(timer)
    asked.delete(id)
    return question.figures
  }

  return {
    others: {
      addresses: {
        tell: (counts) => tellAll({ kind: 'addresses', counts }),
        onTold(listener) {
          learn = listener
        },
      },
      metrics: { answer() {}, ofOthers },
    },
    async start(task) {
      // Connections are dealt out in turn: where workers take them themselves, one may take them all.
      cluster.schedulingPolicy = cluster.SCHED_RR
      cluster.setupPrimary({ exec: program, args: [] })
      try {
        await Promise.all(Array.from({ length: count }, () => fork(task, firstPauseMs)))
      } catch (error) {
        stopping = true
        for (const worker of alive) worker.process.kill('SIGKILL')
        throw error
      }
    },
    committed: atMostEvery(togetherMs, () => tellAll({ kind: 'committed' })),
    async stop(drainMs) {
      stopping = true
      const ended = [...alive].map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
      tellAll({ kind: 'stop', drainMs })
      await Promise.all(ended)
    },
  }
}

/** At once, and again behind the pause where it was asked for meanwhile. */
function atMostEvery(ms: number, act: () => void): () => void {
  let again: boolean | undefined
  function run() {
    again = false
    act()
    setTimeout(() => {
      const isWanted = again
      again = undefined
      if (isWanted) run()
    }, ms).unref()
  }
  return () => {
    if (again === undefined) run()
    else again = true
  }
}
