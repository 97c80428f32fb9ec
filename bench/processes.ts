import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Question, Told } from './reading.ts'

/** Servers run on the first core and whatever loads them on the second, so that neither takes time from the other. */
export const serverCore = 0
export const clientCore = 1

/** False on one core, or where `taskset` is missing: then the system places the processes. */
export const pinned = [serverCore, clientCore].every(
  (core) => spawnSync('taskset', ['-c', String(core), 'true']).status === 0,
)

export function commandOn(core: number, command: string, args: string[]): [string, string[]] {
  return pinned ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]
}

/** This process sends imports, and so belongs to the clients. */
export function pinThisProcess() {
  if (pinned) spawnSync('taskset', ['-acp', String(clientCore), String(process.pid)])
}

/** For what has a thread beside the one that answers: from here on this child may run on both. */
export function unpin({ pid }: { pid: number }) {
  if (pinned) spawnSync('taskset', ['-acp', `${serverCore},${clientCore}`, String(pid)])
}

/** A program of this folder on the servers' core, which tells when it is ready and answers questions. */
export type Child<Question, Answer> = {
  /** The port that it listens on, for a server. */
  port: number
  /** Of the program itself. */
  pid: number
  ask(question: Question): Promise<Answer>
  stop(): Promise<void>
}

export async function start<Question extends object | string, Answer>(
  program: string,
  args: string[],
): Promise<Child<Question, Answer>> {
  const path = new URL(program, import.meta.url).pathname
  const [command, all] = commandOn(serverCore, process.execPath, [...process.execArgv, path, ...args])
  const child = spawn(command, all, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const { port } = await nextMessage<{ port: number }>(child, program)
  return {
    port,
    pid: child.pid ?? 0,
    async ask(question) {
      const answer = nextMessage<Answer>(child, program)
      child.send(question)
      return answer
    },
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

async function nextMessage<Message>(child: ChildProcess, program: string): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>()
  const ended = () => reject(new Error(`${program} ended`))
  child.once('exit', ended)
  child.once('message', (message) => resolve(message as Message))
  try {
    return await promise
  } finally {
    child.off('exit', ended)
  }
}

const sampleMs = 1

/** The child's side, for a server: says on which port it listens, and answers what it is asked of itself. */
export function serve({ server, close }: { server: Server; close: () => Promise<unknown> }) {
  // It costs a little, so it begins when it is first asked.
  const delays = monitorEventLoopDelay({ resolution: sampleMs })
  const answers: { [Asked in Question]: () => Told[Asked] } = {
    cpu() {
      const { user, system } = process.cpuUsage()
      return user + system
    },
    memory: () => process.memoryUsage.rss(),
    delay() {
      // What is measured is the time between two samples.
      const told = { p99: delays.percentile(99) / 1e6 - sampleMs, max: delays.max / 1e6 - sampleMs }
      delays.enable()
      delays.reset()
      return told
    },
  }
  process.on('message', (question: Question) => process.send?.(answers[question]()))
  ready((server.address() as AddressInfo).port, close)
}

type App = { server: Server; listen(at: object): Promise<unknown>; close(): Promise<unknown> }

/** The same for an app on a database, which it lets listen. */
export async function serveApp(app: App, database: { close(): Promise<void> }): Promise<void> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  serve({
    server: app.server,
    async close() {
      await app.close()
      await database.close()
    },
  })
}

/** The child's side: says that it is ready, and ends when the benchmark does. */
export function ready(port: number, end: () => Promise<unknown>) {
  process.once('disconnect', () => void end().finally(() => process.exit()))
  process.send?.({ port })
}
