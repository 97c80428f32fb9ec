import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../src/main/cli.js', import.meta.url))
const key = 'an-admin-key-for-a-proof'
const patienceMs = 180_000
const running = new Set<ChildProcess>()

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

type Settings = {
  env?: Record<string, string>
  /** Modules that are loaded before the program, for controls. */
  imports?: string[]
}
export type Asked = { status: number; body: ReturnType<typeof JSON.parse>; text: string; headers: Headers }
export type Ask = (method: string, path: string, body?: unknown, contentType?: string) => Promise<Asked>
export type Standalone = {
  address: string
  databaseFile: string
  /** As the administrator. What is shed is asked again. */
  ask: Ask
  /** What the program has printed. */
  log(): string
  stop(): Promise<void>
}

/** Runs a command of the program, outside of vitest. It ends with this process at the latest. */
export function runStandalone(args: string[], { env = {}, imports = [] }: Settings = {}) {
  const before = imports.flatMap((module) => ['--import', module])
  const child = spawn(process.execPath, [...before, cli, ...args], {
    env: { PATH: process.env.PATH ?? '', ADMIN_KEY: key, ...env },
  })
  running.add(child)
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk
    })
  const ended = once(child, 'close').then(() => running.delete(child))
  return { child, printed: () => printed, ended }
}

/** A newsroom with nothing in it, on SQLite. */
export async function startStandalone(settings: Settings = {}): Promise<Standalone> {
  const folder = mkdtempSync(join(tmpdir(), 'newsweave-standalone-'))
  const databaseFile = join(folder, 'news.db')
  const args = ['start', '--empty', '--port', '0', '--database-url', `file:${databaseFile}`]
  const { child, printed, ended } = runStandalone(args, settings)
  let isOver = false
  ended.then(() => {
    isOver = true
  })
  const address = await eventually(() => {
    if (isOver) throw new Error(`The program ended:\n${printed()}`)
    return /ready at (http:\S+)/.exec(printed())?.[1]
  }, 'The program does not start.')
  return {
    address,
    databaseFile,
    ask: (method, path, body, contentType) =>
      eventually(
        async () => {
          const answer = await asked(address + path, method, body, contentType)
          return answer.status === 503 ? undefined : answer
        },
        `${method} ${path} is answered with 503.`,
        2000,
      ),
    log: printed,
    async stop() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function asked(
  url: string,
  method: string,
  body: unknown,
  contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
): Promise<Asked> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': contentType }) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  const { status, headers } = answer
  const isJson = /^application\/(?:problem\+)?json\b/.test(headers.get('content-type') ?? '')
  return { status, headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** What there is at last. Throws after three minutes. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  otherwise: string,
  everyMs = 100,
): Promise<T> {
  for (const began = performance.now(); ; await sleep(everyMs)) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() - began > patienceMs) throw new Error(otherwise)
  }
}
