import { parentPort, Worker } from 'node:worker_threads'
import { Abandoned } from './abandoned.ts'

export type WorkshopOptions = { size: number; timeoutMs: number; maxMemoryMb: number }

/** What threads can do. Inputs and results are copied between threads: plain data, dates and bytes. */
export type TaskSet = Record<string, (input: never) => unknown>

/** Runs synchronous tasks on what strangers sent, in threads that are killed when they take too long or too much memory. */
export type Workshop<Tasks extends TaskSet> = {
  /** Waits for a free thread. Rejects with WorkshopError where the task throws, hangs or runs out of memory, and with Abandoned where it is closed. */
  run<Name extends keyof Tasks & string>(
    name: Name,
    input: Parameters<Tasks[Name]>[0],
  ): Promise<ReturnType<Tasks[Name]>>
  /** Ends all threads; what still waits or runs is rejected. */
  close(): Promise<void>
}

export type WorkshopReason = 'failed' | 'timeout' | 'memory' | 'died'

/** A task that came to nothing: which one and why. What the task threw is the cause, as its name and message. */
export class WorkshopError extends Error {
  readonly task: string
  readonly reason: WorkshopReason

  constructor(task: string, reason: WorkshopReason, message: string, thrown?: Thrown) {
    super(`${task}: ${message}`, { cause: thrown })
    this.name = 'WorkshopError'
    this.task = task
    this.reason = reason
  }
}

/** What to tell an editor of it: what the task said itself, where it said something. */
export function tellOf({ message, cause }: WorkshopError): string {
  return (cause as Thrown | undefined)?.message ?? message
}

type Thrown = { name: string; message: string }

/** What a thread says: that it has begun, or what came of a task. */
type Answer = { begun: true } | { result: unknown } | { thrown: Thrown }

type Job = {
  name: string
  input: unknown
  resolve: (result: never) => void
  reject: (error: Error) => void
}
type Bench = { worker: Worker; hasBegun: boolean; job: Job | undefined; timer: NodeJS.Timeout | undefined }
type Room = WorkshopOptions & { thread: URL; queue: Job[]; benches: Set<Bench>; isClosed: boolean }

/**
 * `thread` is a module that calls `serveTasks`. Threads are started when there is work for them, at most `size`; one that has nothing to
 * do does not keep the process alive.
 */
export function createWorkshop<Tasks extends TaskSet>(
  thread: URL,
  options: WorkshopOptions,
): Workshop<Tasks> {
  const room: Room = { ...options, thread, queue: [], benches: new Set(), isClosed: false }
  return {
    run: (name, input) =>
      new Promise((resolve, reject) => {
        if (room.isClosed) return reject(closed())
        room.queue.push({ name, input, resolve, reject })
        giveNext(room)
      }),
    async close() {
      room.isClosed = true
      for (const job of room.queue.splice(0)) job.reject(closed())
      const workers = [...room.benches].map(({ worker }) => worker)
      for (const bench of room.benches) discard(room, bench, closed())
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

function giveNext(room: Room): void {
  while (room.queue.length > 0) {
    const idle = [...room.benches].find(({ job }) => !job)
    const bench = idle ?? (room.benches.size < room.size ? openBench(room) : undefined)
    if (!bench) return
    give(room, bench, room.queue.shift() as Job)
  }
}

function openBench(room: Room): Bench {
  const bench: Bench = {
    worker: startWorker(room),
    hasBegun: false,
    job: undefined,
    timer: undefined,
  }
  bench.worker.on('message', (answer: Answer) => hear(room, bench, answer))
  bench.worker.on('error', (error: NodeJS.ErrnoException) => discard(room, bench, deathBy(error)))
  bench.worker.on('exit', () => discard(room, bench, ['died', 'Its thread ended.']))
  room.benches.add(bench)
  return bench
}

function give(room: Room, bench: Bench, job: Job): void {
  bench.job = job
  bench.worker.ref()
  bench.worker.postMessage({ name: job.name, input: job.input })
  if (bench.hasBegun) startTimer(room, bench)
}

/** Loading the code of the tasks is not their time. */
function startTimer(room: Room, bench: Bench): void {
  const why = `It took more than ${room.timeoutMs} ms.`
  bench.timer = setTimeout(() => discard(room, bench, ['timeout', why]), room.timeoutMs)
}

function hear(room: Room, bench: Bench, answer: Answer): void {
  if ('begun' in answer) {
    bench.hasBegun = true
    if (bench.job) startTimer(room, bench)
    return
  }
  const job = release(bench)
  if ('result' in answer) job?.resolve(answer.result as never)
  else job?.reject(new WorkshopError(job.name, 'failed', answer.thrown.message, answer.thrown))
  giveNext(room)
}

function discard(room: Room, bench: Bench, why: Error | [WorkshopReason, string]): void {
  if (!room.benches.delete(bench)) return
  const job = release(bench)
  job?.reject(why instanceof Error ? why : new WorkshopError(job.name, ...why))
  void bench.worker.terminate()
  giveNext(room)
}

const closed = () => new Abandoned('The workshop is closed.')

function startWorker({ thread, maxMemoryMb }: Room): Worker {
  const worker = new Worker(thread, {
    resourceLimits: { maxOldGenerationSizeMb: maxMemoryMb },
  })
  worker.unref()
  return worker
}

function deathBy(error: NodeJS.ErrnoException): [WorkshopReason, string] {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return ['memory', 'It took too much memory.']
  return ['died', `Its thread ended: ${error.message}`]
}

/** The thread is free again, and no longer keeps the process alive. */
function release(bench: Bench): Job | undefined {
  const { job } = bench
  clearTimeout(bench.timer)
  bench.job = undefined
  bench.worker.unref()
  return job
}

/** The thread's side. */
export function serveTasks(tasks: TaskSet): void {
  const say = (answer: Answer) => parentPort?.postMessage(answer)
  parentPort?.on('message', ({ name, input }: { name: string; input: never }) => {
    try {
      say({ result: (tasks[name] as TaskSet[string])(input) })
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      say({ thrown: { name, message } })
    }
  })
  say({ begun: true })
}
