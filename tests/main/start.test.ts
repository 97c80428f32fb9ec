import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openDatabase } from '../../src/database/open.ts'
import { sql } from '../../src/database/sql.ts'
import { atEnd } from '../support/cleanup.ts'
import { emptyFolder, type Newsweave, newsweave } from '../support/newsweave.ts'

const readyLine = /^Newsweave is ready at (http:\/\/127\.0\.0\.1:\d+) \(docs at \/docs\)$/m
const keyLine = /^ {2}(nw_\w+)$/m

async function start(folder: string, env: Record<string, string> = {}, ...args: string[]) {
  const program = newsweave(['start', '--port', '0', ...args], { folder, env })
  const [, url = ''] = await program.printed(readyLine)
  return { program, url }
}

async function end(program: Newsweave): Promise<number | NodeJS.Signals> {
  program.process.kill('SIGINT')
  return program.ended
}

it('starts in an empty folder with a key shown once and a sample newsroom, and stops when told', async () => {
  const folder = emptyFolder()
  const { program, url } = await start(folder)
  const [, key = ''] = keyLine.exec(program.stdout()) ?? []
  expect(program.stdout()).toMatch(/sample newsroom now: \d+ articles .*--empty/s)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const me = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${key}` } })
  expect(((await me.json()) as { scopes: string[] }).scopes).toEqual(['admin'])
  const articles = (await (await fetch(`${url}/v1/articles`)).json()) as { data: unknown[] }
  expect(articles.data.length).toBe(20)
  expect(await end(program)).toBe(0)
  expect(program.stderr()).toBe('')
  for (const file of ['newsweave.db', 'newsweave.db-wal']) {
    expect(contentOf(join(folder, 'data', file))).not.toContain(key)
  }

  const again = await start(folder)
  expect(again.program.stdout()).not.toContain('nw_')
  expect(again.program.stdout()).not.toContain('sample')
  expect(await end(again.program)).toBe(0)
})

it('starts empty, with the key of the environment and settings from .env, where it is told to', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, '.env'), 'READ_ACCESS=key\nLOG_LEVEL=info\n')
  const { program, url } = await start(folder, { ADMIN_KEY: 'a-key-for-automation' }, '--empty')
  expect(program.stdout()).toMatch(/^Newsweave is ready/)
  expect((await fetch(`${url}/v1/articles?limit=7`)).status).toBe(401)
  const headers = { authorization: 'Bearer a-key-for-automation' }
  const answer = await fetch(`${url}/v1/articles?limit=7`, { headers })
  expect(((await answer.json()) as { data: unknown[] }).data).toEqual([])
  expect(await end(program)).toBe(0)
  const lines = program
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const requests = lines.filter(({ msg }) => msg === 'request completed')
  expect(requests).toEqual([
    expect.objectContaining({ method: 'GET', path: '/v1/articles', status: 401 }),
    expect.objectContaining({
      method: 'GET',
      path: '/v1/articles',
      status: 200,
      durationMs: expect.any(Number),
    }),
  ])
  expect(requests[1].requestId).toBe(answer.headers.get('x-request-id'))
  expect(program.stderr()).not.toContain('a-key-for-automation')
})

it('fails readiness first when it is told to stop, finishes what is under way, and ends with 0', async () => {
  const { program, url } = await start(emptyFolder(), { ADMIN_KEY: 'admin' }, '--empty')
  const upload = await slowImport(url, '{"line": 1}\n')
  const stoppedAt = performance.now()
  program.process.kill('SIGTERM')
  await until(async () => (await fetch(`${url}/readyz`)).status === 503)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  await until(() =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => !ok,
      () => true,
    ),
  )
  const results = await upload.finish('{"line": 2}\n')
  expect(results.map(({ line, status }) => [line, status])).toEqual([
    [1, 'failed'],
    [2, 'failed'],
  ])
  expect(await program.ended).toBe(0)
  expect(performance.now() - stoppedAt).toBeLessThan(8_500)
})

it('ends at once when it is told a second time', async () => {
  const { program, url } = await start(emptyFolder(), { ADMIN_KEY: 'admin' }, '--empty')
  const upload = await slowImport(url, '{}\n')
  program.process.kill('SIGTERM')
  await until(async () => (await fetch(`${url}/readyz`)).status === 503)
  await sleep(600)
  program.process.kill('SIGTERM')
  expect(await program.ended).toBe(1)
  await expect(upload.finish('')).rejects.toThrow()
})

it('says which setting is in the way: a port that is taken, an address that is not here', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  atEnd(() => taken.close())
  const port = String(await portOf(taken))
  const folder = emptyFolder()
  const second = newsweave(['start', '--port', port, '--empty'], { folder, env: { ADMIN_KEY: 'admin' } })
  expect(await second.ended).toBe(1)
  expect(second.stderr()).toMatch(new RegExp(`^PORT: 127\\.0\\.0\\.1:${port} is taken\\. .*--port`))
  const elsewhere = newsweave(['start', '--host', '192.0.2.1', '--empty'], {
    folder,
    env: { ADMIN_KEY: 'admin' },
  })
  expect(await elsewhere.ended).toBe(1)
  expect(elsewhere.stderr()).toMatch(/^HOST: 192\.0\.2\.1 is no address of this machine/)
})

it('leaves a database alone that a newer program made', async () => {
  const folder = emptyFolder()
  mkdirSync(join(folder, 'data'))
  const migrated = newsweave(['migrate'], { folder })
  expect(await migrated.ended).toBe(0)
  expect(migrated.stdout()).toMatch(/^Applied 0001-/)
  const database = openDatabase(`file:${join(folder, 'data/newsweave.db')}`)
  await database.run(
    sql`insert into schema_migration (version, name, applied_at) values (999, '0999-future', '2030-01-01T00:00:00.000Z')`,
  )
  await database.close()
  const program = newsweave(['start', '--port', '0'], { folder })
  expect(await program.ended).toBe(1)
  expect(program.stderr()).toMatch(/^The database is at schema version 999, .* newer program/)
})

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as { port: number }).port
}

/** An import that is under way, and ends only when it is told to. */
async function slowImport(url: string, firstLine: string) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const answer = fetch(`${url}/v1/articles/import`, {
    method: 'POST',
    headers: { authorization: 'Bearer admin', 'content-type': 'application/x-ndjson' },
    body: readable,
    duplex: 'half',
  } as RequestInit)
  answer.catch(() => {})
  await writer.write(new TextEncoder().encode(firstLine))
  // The one that asks is under way itself.
  await until(async () => /^http_requests_in_flight 2$/m.test(await (await fetch(`${url}/metrics`)).text()))
  return {
    async finish(lastLine: string): Promise<{ line: number; status: string }[]> {
      await writer.write(new TextEncoder().encode(lastLine)).catch(() => {})
      await writer.close().catch(() => {})
      return (await (await answer).text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    },
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20)
}
