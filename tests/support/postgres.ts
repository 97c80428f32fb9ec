import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/database/migrate.ts'
import { openDatabase } from '../../src/database/open.ts'
import { loadEmbeddedPostgres } from './postgres-program.ts'
import { scratchFolder } from './scratch.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that the tests share, as a user who may do anything on it. */
    postgresUrl: string
    /** A database there with the whole schema and nothing else, from which tests make their own. */
    postgresTemplate: string
  }
}

/** One real PostgreSQL for the whole run. */
export default async function providePostgres(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startPostgres()
  project.provide('postgresUrl', url)
  project.provide('postgresTemplate', await makeTemplate(url))
  return stop
}

export type RunningPostgres = {
  url: string
  stop(): Promise<void>
  /** Ends it as a crash does: nothing is written out any more. */
  crash(): Promise<void>
  /** Starts it again on the data that a crash left. */
  startAgain(): Promise<void>
}

/** A PostgreSQL with nothing in it. The folder with its data goes when it stops. */
export async function startPostgres(more: Record<string, string> = {}): Promise<RunningPostgres> {
  const folder = scratchFolder('postgres')
  // The server gives up root for a user of its own, who has to reach its data.
  await chmod(folder, 0o755)
  endWithTheProcess(folder)
  const { server, url } = await start(folder, more)
  return {
    url,
    async crash() {
      const pid = postmasterIn(folder)
      if (pid === undefined) throw new Error('PostgreSQL does not run.')
      process.kill(pid, 'SIGQUIT')
      while (isRunning(pid)) await sleep(5)
    },
    startAgain: () => server.start(),
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Also where the run is broken off. */
function endWithTheProcess(folder: string): void {
  process.once('exit', () => {
    const pid = postmasterIn(folder)
    if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
}

function postmasterIn(folder: string): number | undefined {
  const pid = /^\d+/.exec(readIfThere(join(folder, 'data/postmaster.pid')))?.[0]
  return pid === undefined ? undefined : Number(pid)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

async function start(folder: string, more: Record<string, string>) {
  const EmbeddedPostgres = await loadEmbeddedPostgres(folder)
  const log: unknown[] = []
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'newsweave',
    password: 'newsweave',
    createPostgresUser: process.getuid?.() === 0,
    // Texts compare unlike SQLite's unless a column says otherwise, so that one which forgets to shows.
    initdbFlags: [
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=icu',
      '--icu-locale=en-US',
      '--no-sync',
    ],
    postgresFlags: settings({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      timezone: 'Asia/Shanghai',
      // The data is thrown away after the run: nothing has to outlive a power cut.
      fsync: 'off',
      full_page_writes: 'off',
      ...more,
    }),
    onLog: (line) => log.push(line),
    onError: (line) => log.push(line),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`PostgreSQL did not start: ${error ?? 'it ended at once'}\n${log.join('')}`)
  }
  return { server, url: `postgres://newsweave:newsweave@127.0.0.1:${port}/postgres` }
}

const settings = (values: Record<string, string>) =>
  Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => listener.once('listening', resolve))
  const { port } = listener.address() as { port: number }
  await new Promise((resolve) => listener.close(resolve))
  return port
}

async function makeTemplate(server: string): Promise<string> {
  const url = await createDatabase(server, 'template0')
  const database = openDatabase(url)
  await migrate(database)
  await database.close()
  return databaseName(url)
}

/** Makes a database like `template`, and answers its URL. */
export async function createDatabase(server: string, template: string): Promise<string> {
  const url = new URL(server)
  url.pathname = `/test_${randomUUID().replaceAll('-', '')}`
  await statement(server, `create database ${databaseName(url.href)} template ${template} strategy file_copy`)
  return url.href
}

/** Drops a database although somebody may still be connected to it. */
export async function dropDatabase(url: string): Promise<void> {
  const server = new URL(url)
  server.pathname = '/postgres'
  await statement(server.href, `drop database if exists ${databaseName(url)} with (force)`)
}

const databaseName = (url: string) => new URL(url).pathname.slice(1)

async function statement(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
