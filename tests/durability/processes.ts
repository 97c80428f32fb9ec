import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../src/main/cli.js', import.meta.url))
const startsWithinMs = 60_000
const running = new Set<ChildProcess>()

/** Nothing that was started outlives this process, however it ends. */
export function endWithThisProcess(): void {
  process.once('exit', () => {
    for (const child of running) signalAll(child, 'SIGKILL')
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
}

export type Started = {
  pid: number | undefined
  /** What it printed, both streams. */
  output(): string
  ended: Promise<number | NodeJS.Signals>
  /** To the process and to what traces it. */
  signal(signal: NodeJS.Signals): void
  /** Ends it at once, and waits until it is gone. */
  kill(): Promise<void>
}
type Way = {
  /** A module that takes a protection away, for a control. */
  control?: Control | undefined
  /** What strace does to its system calls from its start on, as `-e inject=` takes it. */
  inject?: string | undefined
  /** Gets a line for each of these calls. */
  log?: string
}
export type Control = 'commits-later' | 'sync-normal' | 'no-transaction' | 'ignores-errors' | 'ends-at-once'

const controlFile = (name: Control) => new URL(`./controls/${name}.ts`, import.meta.url).href

/** Runs a command of Newsweave in a process group of its own. */
export function run(args: string[], { control, inject, log }: Way = {}): Started {
  const node = [process.execPath, ...(control ? ['--import', controlFile(control)] : []), cli, ...args]
  const line = inject ? [...traced(inject, log), ...node] : node
  return start(line, { ADMIN_KEY: 'durability', LOG_LEVEL: 'error' })
}

function traced(inject: string, log = '/dev/null'): string[] {
  const calls = inject.slice(0, inject.indexOf(':'))
  return ['strace', '-f', '-o', log, '-e', `trace=${calls}`, '-e', `inject=${inject}`]
}

/** The same to a process that runs already. Ends with it. `log` gets a line for each call. */
export async function injectInto({ pid }: Started, inject: string, log?: string): Promise<void> {
  const tracer = start([...traced(inject, log), '-p', String(pid)], {})
  while (!tracer.output().includes('attached')) {
    const over = await Promise.race([tracer.ended.then(() => true), sleep(5, false)])
    if (over) throw new Error(`strace does not attach: ${tracer.output()}`)
  }
}

/** Runs a server on a database; `address` once it is ready, `undefined` where it ended before. */
export async function serve(url: string, way: Way = {}) {
  const server = run(['start', '--empty', '--port', '0', '--database-url', url], way)
  return { ...server, address: await readyAt(server) }
}

async function readyAt({ output, ended }: Started): Promise<string | undefined> {
  let over = false
  ended.then(() => {
    over = true
  })
  for (const began = Date.now(); !over; ) {
    const address = /ready at (http:\S+)/.exec(output())?.[1]
    if (address) return address
    if (Date.now() - began > startsWithinMs) throw new Error(`The server does not start:\n${output()}`)
    await sleep(5)
  }
  return undefined
}

/** A client of its own process that writes to whatever address it is told, and keeps a ledger. */
export function startWriter(ledger: string, name: string, { writers = 8, paragraphs = 3 } = {}) {
  const { write, ...writer } = startProgram('write', [ledger, name, String(writers), String(paragraphs)])
  return { ...writer, writeTo: write }
}

/** A program of this suite. `write` gives it a line. */
export function startProgram(name: 'write' | 'retry', args: string[]) {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  const program = start([process.execPath, file, ...args], {})
  return { ...program, write: (line: string) => program.input.write(`${line}\n`) }
}

function start([program = '', ...args]: string[], env: Record<string, string>) {
  const child = spawn(program, args, { detached: true, env: { PATH: process.env.PATH ?? '', ...env } })
  running.add(child)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed += chunk
    })
  }
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return signal ?? code
  })
  const signal = (name: NodeJS.Signals) => signalAll(child, name)
  return {
    pid: child.pid,
    input: child.stdin,
    output: () => printed,
    ended,
    signal,
    async kill() {
      signal('SIGKILL')
      await ended
    },
  }
}

function signalAll({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch (error) {
    // All of the group are gone already.
    if ((error as { code?: string }).code !== 'ESRCH') throw error
  }
}
