import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { addKey } from '../partners/keyring.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { newsweave } from '../support/newsweave.ts'
import { countPublished, importLines, lineOf, linesOf, ndjson, parsedLines, postLines } from './bulk-lines.ts'
import { addSource } from './newsroom.ts'

const patience = { timeout: 20_000, interval: 50 }
const keyed = (key: string, headers = {}) => ({ headers: { 'idempotency-key': key, ...headers } })

onEveryEngine('an import under an Idempotency-Key', (engine) => {
  let url: string
  let database: Database
  let api: Api
  let sourceId: string

  beforeEach(async () => {
    url = await engine.create()
    database = engine.connect(url)
    api = await startApi(database)
    sourceId = await addSource(api)
  })

  it('answers the same the second time, in whichever encoding, and writes nothing', async () => {
    const body = ndjson([...linesOf(sourceId, 450), lineOf('nobody', 451)])
    const first = await postLines(api, body, keyed('once'))
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(parsedLines(first.bytes)).toHaveLength(451)
    const seq = (await api.get('/v1/changes?limit=1')).body
    const again = await postLines(api, body, keyed('once'))
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.bytes.toString()).toBe(first.bytes.toString())
    const packed = keyed('once', { 'content-encoding': 'zstd' })
    expect((await postLines(api, zstdCompressSync(body), packed)).bytes.toString()).toBe(
      first.bytes.toString(),
    )
    expect((await api.get('/v1/changes?limit=1')).body).toEqual(seq)
    // Without the key the lines are looked at again.
    const unkeyed = await importLines(api, body)
    expect(new Set(unkeyed.map(({ status }) => status))).toEqual(new Set(['unchanged', 'failed']))
  })

  it('goes on behind what is durable after the connection was lost', async () => {
    const whole = ndjson(linesOf(sourceId, 600))
    const { sent, answer } = await begin(await api.listen(), 'broken', adminKey)
    sent.write(whole.subarray(0, Math.floor(whole.length * 0.72)))
    await resultsOf(await answer, 200)
    sent.destroy()
    await expect.poll(() => countPublished(api), patience).toBe(400)
    let resumed = await postLines(api, whole, keyed('broken'))
    for (let tries = 0; resumed.status === 409 && tries < 100; tries++) {
      await sleep(20)
      resumed = await postLines(api, whole, keyed('broken'))
    }
    expect(resumed.headers['idempotency-replayed']).toBe('true')
    const results = parsedLines(resumed.bytes)
    expect(results.map(({ line }) => line)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1))
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['created']))
    expect(new Set(results.map(({ id }) => id)).size).toBe(600)
    expect(await countPublished(api)).toBe(600)
  })

  it('goes on behind lines that were cut off, of which the last slice is shorter', async () => {
    const lines = Array.from({ length: 700 }, (_, index) =>
      lineOf(sourceId, index, { summary: String(Math.sin(index)) }),
    )
    const whole = gzipSync(ndjson(lines))
    const packed = keyed('cut', { 'content-encoding': 'gzip' })
    const cut = await importLines(api, whole.subarray(0, Math.floor(whole.length * 0.7)), packed)
    expect(cut.pop().problem.detail).toContain('cut off')
    const results = await importLines(api, whole, packed)
    expect(results.slice(0, cut.length)).toEqual(cut)
    expect(results.map(({ status }) => status)).toEqual(lines.map(() => 'created'))
  })

  it('goes on after kill -9', async () => {
    const whole = ndjson(linesOf(sourceId, 600))
    const first = await startProgram(url)
    const { sent, answer } = await begin(first.address, 'killed', 'the-key')
    sent.on('error', () => {})
    sent.write(whole.subarray(0, Math.floor(whole.length * 0.7)))
    const before = await resultsOf(await answer, 200)
    first.program.process.kill('SIGKILL')
    await first.program.ended
    const second = await startProgram(url)
    const response = await fetch(`${second.address}/v1/articles/import`, {
      method: 'POST',
      body: new Uint8Array(whole),
      headers: { ...headersOf('killed', 'the-key') },
    })
    expect(response.status).toBe(200)
    const results = parsedLines(await response.text())
    expect(results.slice(0, before.length)).toEqual(before)
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 600 }, () => 'created'))
    const revisions = await database.one(sql`select max(revision) as most, count(*) as articles from article`)
    expect(revisions).toEqual({ most: 1, articles: 600 })
    await second.program.process.kill('SIGINT')
    expect(await second.program.ended).toBe(0)
  })

  it('is refused for other lines, as soon as that is known', async () => {
    const lines = linesOf(sourceId, 450)
    await importLines(api, ndjson(lines), keyed('taken'))
    const other = (changed: number) =>
      ndjson(lines.map((line, index) => (index === changed ? { ...line, title: 'Other' } : line)))
    const atOnce = await postLines(api, other(17), keyed('taken'))
    expect(atOnce.status).toBe(422)
    expect(atOnce.body.type).toMatch(/idempotency-key-reused$/)
    const later = await importLines(api, other(433), keyed('taken'))
    expect(later).toHaveLength(401)
    expect(later.at(-1)).toMatchObject({ line: 401, problem: { code: 'idempotency-key-reused' } })
    const longer = await importLines(api, ndjson([...lines, lineOf(sourceId, 451)]), keyed('taken'))
    expect(longer.at(-1)).toMatchObject({ problem: { code: 'idempotency-key-reused' } })
    expect(longer.filter(({ status }) => status !== 'created')).toHaveLength(1)
    const shorter = await importLines(api, ndjson(lines.slice(0, 400)), keyed('taken'))
    expect(shorter.at(-1)).toMatchObject({ line: 401, problem: { code: 'idempotency-key-reused' } })
    expect(await countPublished(api)).toBe(450)
    expect((await api.get('/v1/articles?q=Other')).body.data).toEqual([])
  })

  it('takes no key of another operation, nor gives it one', async () => {
    const headers = { 'idempotency-key': 'both' }
    await api.post('/v1/tags', { body: { slug: 'ai', name: 'AI' }, headers })
    expect((await postLines(api, ndjson(linesOf(sourceId, 1)), keyed('both'))).status).toBe(422)
    await importLines(api, ndjson(linesOf(sourceId, 1)), keyed('import'))
    const tag = { body: { slug: 'ml', name: 'ML' }, headers: { 'idempotency-key': 'import' } }
    expect((await api.post('/v1/tags', tag)).status).toBe(422)
  })

  it('is one for each API key', async () => {
    const { key } = await addKey(api, { scopes: ['articles:write'] })
    await importLines(api, ndjson(linesOf(sourceId, 2)), keyed('same'))
    const other = await importLines(api, ndjson(linesOf(sourceId, 3)), { ...keyed('same'), key })
    expect(other.map(({ status }) => status)).toEqual(['unchanged', 'unchanged', 'created'])
  })

  it('is refused while it runs', async () => {
    const address = await api.listen()
    const { sent, answer } = await begin(address, 'running', adminKey)
    sent.on('error', () => {})
    sent.write(ndjson(linesOf(sourceId, 250)))
    await resultsOf(await answer, 200)
    const refused = await postLines(api, ndjson(linesOf(sourceId, 250)), keyed('running'))
    expect(refused.status).toBe(409)
    expect(refused.headers['retry-after']).toBe('1')
    sent.destroy()
    await expect
      .poll(
        async () => (await postLines(api, ndjson(linesOf(sourceId, 250)), keyed('running'))).status,
        patience,
      )
      .toBe(200)
  })

  it('is over where the client has gone before the first lines were written', async () => {
    const [writing, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const write: Database['write'] = async (work, options) => {
      if (options?.alone) writing.resolve()
      if (options?.alone) await gone.promise
      return database.write(work, options)
    }
    const slow = await startApi({ ...database, write })
    const { sent } = await begin(await slow.listen(), 'gone', adminKey)
    sent.on('error', () => {})
    sent.write(ndjson(linesOf(sourceId, 250)))
    await writing.promise
    sent.destroy()
    const connections = promisify(slow.app.server.getConnections).bind(slow.app.server)
    await expect.poll(() => connections(), patience).toBe(0)
    gone.resolve()
    await expect.poll(() => countPublished(slow), patience).toBe(200)
    const again = async () => (await postLines(slow, ndjson(linesOf(sourceId, 600)), keyed('gone'))).status
    await expect.poll(again, patience).toBe(200)
    expect(await countPublished(slow)).toBe(600)
  })

  it('is answered alike by two processes at once, each line written once', async () => {
    const other = await startApi(engine.connect(url))
    const body = ndjson(linesOf(sourceId, 600))
    const [one, two] = await Promise.all([
      importLines(api, body, keyed('twice')),
      importLines(other, body, keyed('twice')),
    ])
    expect(one.map(({ status }) => status)).toEqual(Array.from({ length: 600 }, () => 'created'))
    expect(two).toEqual(one)
  })

  it('is forgotten after a day', async () => {
    await importLines(api, ndjson(linesOf(sourceId, 250)), keyed('old'))
    await database.run(sql`update idempotent_answer set created_at = '2020-01-01T00:00:00.000Z'`)
    await importLines(api, ndjson(linesOf(sourceId, 1)), keyed('new'))
    expect(await database.one(sql`select count(*) as count from idempotent_slice`)).toEqual({ count: 1 })
    const again = await importLines(api, ndjson(linesOf(sourceId, 3)), keyed('old'))
    expect(again.map(({ status }) => status)).toEqual(['unchanged', 'unchanged', 'unchanged'])
  })
})

const headersOf = (key: string, apiKey: string) => ({
  authorization: `Bearer ${apiKey}`,
  'content-type': 'application/x-ndjson',
  'idempotency-key': key,
})

/** An import whose lines are sent by hand. */
async function begin(
  address: string,
  key: string,
  apiKey: string,
): Promise<{ sent: ClientRequest; answer: Promise<IncomingMessage> }> {
  const sent = httpRequest(`${address}/v1/articles/import`, {
    method: 'POST',
    headers: headersOf(key, apiKey),
  })
  const answer = once(sent, 'response').then(([response]) => response)
  answer.catch(() => {})
  sent.flushHeaders()
  await once(sent, 'socket')
  return { sent, answer }
}

/** At least so many results, whole lines. */
async function resultsOf(answer: IncomingMessage, count: number) {
  let text = ''
  answer.on('error', () => {})
  while (text.split('\n').length <= count) {
    const [chunk] = await once(answer, 'data')
    text += chunk
  }
  return parsedLines(text.slice(0, text.lastIndexOf('\n')))
}

async function startProgram(url: string) {
  const env = { DATABASE_URL: url, ADMIN_KEY: 'the-key', ROLES: 'api' }
  const program = newsweave(['start', '--port', '0', '--empty'], { env })
  const [, address = ''] = await program.printed(/^Newsweave is ready at (\S+)/m)
  return { program, address }
}
