// Imports and exports 100,000 articles through a server of its own, plain and as gzip, and prints the rate and the most memory that
// the server took: node bench/bulk.ts [articles]. What is exported is imported into an empty newsroom.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { migrate } from '../src/database/migrate.ts'
import { openDatabase } from '../src/database/open.ts'
import { addSource } from '../src/sources/sources.ts'
import { authorization } from './app.ts'
import { pinThisProcess, start } from './processes.ts'

const articles = Number(process.argv[2] ?? 100_000)
const folder = mkdtempSync(join(tmpdir(), 'newsweave-bulk-'))
const words = 'chips model energy half power lab open source release market 芯片 模型 开源 发布'.split(' ')

async function emptyNewsroom(name: string) {
  const url = `file:${join(folder, `${name}.db`)}`
  const database = openDatabase(url)
  await migrate(database)
  const source = await database.write((tx) =>
    addSource(tx, { name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/' }),
  )
  await database.close()
  return { url, sourceId: source.id }
}

function* lines(sourceId: string): Generator<string> {
  for (let number = 1; number <= articles; number++) {
    const text = Array.from({ length: 300 }, (_, at) => words[(number * 7 + at * at) % words.length]).join(
      ' ',
    )
    const publishedAt = new Date(Date.parse('2026-01-01') + number * 60_000).toISOString()
    const url = `https://lighthouse.example/${number}`
    const title = `Story ${number} of ${words[number % words.length]}`
    yield `${JSON.stringify({ sourceId, externalId: String(number), url, title, publishedAt, body: { text } })}\n`
  }
}

/** In megabytes: `VmHWM` is the most that was resident, with the pages of the file that are mapped; `RssAnon` is without them. */
function memoryOf(pid: number, kind: 'VmHWM' | 'RssAnon'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(status.match(`${kind}:\\s+(\\d+)`)?.[1]) / 1024)
}

type Served = { address: string; pid: number }

async function serving(url: string, work: (served: Served) => Promise<string>): Promise<void> {
  const child = await start<string, number>('server.ts', [url, 'on'])
  const served = { address: `http://127.0.0.1:${child.port}`, pid: child.pid }
  const idle = memoryOf(served.pid, 'VmHWM')
  let own = 0
  const watch = setInterval(() => {
    own = Math.max(own, memoryOf(served.pid, 'RssAnon'))
  }, 100)
  const begun = performance.now()
  const what = await work(served)
  const seconds = (performance.now() - begun) / 1000
  clearInterval(watch)
  const rate = `${Math.round(articles / seconds)} a second`
  const most = `${memoryOf(served.pid, 'VmHWM')} MB at most, ${own} MB without mapped pages of files`
  console.log(`${what}: ${rate}, ${most} (${idle} MB before)`)
  await child.stop()
}

async function importAll({ address }: Served, body: ReadableStream, headers = {}): Promise<void> {
  const answer = await fetch(`${address}/v1/articles/import`, {
    method: 'POST',
    body,
    headers: { authorization, 'content-type': 'application/x-ndjson', ...headers },
    duplex: 'half',
  })
  const counts = new Map<string, number>()
  let rest = ''
  for await (const chunk of (answer.body as ReadableStream).pipeThrough(new TextDecoderStream())) {
    const results = (rest + chunk).split('\n')
    rest = results.pop() ?? ''
    for (const result of results) {
      const { status } = JSON.parse(result)
      counts.set(status, (counts.get(status) ?? 0) + 1)
    }
  }
  const wanted = counts.get('created') === articles
  if (answer.status !== 200 || !wanted) throw new Error(JSON.stringify([answer.status, ...counts]))
}

const gzip = { 'content-encoding': 'gzip' }
const sent = (sourceId: string) => Readable.from(lines(sourceId))
const web = (stream: Readable) => Readable.toWeb(stream) as ReadableStream

async function exported({ address }: Served, encoding: string): Promise<ReadableStream> {
  const headers = { authorization, 'accept-encoding': encoding }
  const answer = await fetch(`${address}/v1/articles/export`, { headers })
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
  return answer.body as ReadableStream
}

async function drained(stream: ReadableStream): Promise<void> {
  let count = 0
  for await (const chunk of stream) for (const byte of chunk) if (byte === 10) count++
  if (count !== articles) throw new Error(`${count} articles were exported.`)
}

async function run(): Promise<void> {
  pinThisProcess()
  const plain = await emptyNewsroom('plain')
  await serving(plain.url, async (served) => {
    await importAll(served, web(sent(plain.sourceId)), { 'idempotency-key': 'bulk' })
    return 'import, plain, resumable'
  })
  for (const encoding of ['identity', 'gzip']) {
    await serving(plain.url, async (served) => {
      await drained(await exported(served, encoding))
      return `export, ${encoding}`
    })
  }
  const packed = await emptyNewsroom('packed')
  await serving(packed.url, async (served) => {
    await importAll(served, web(sent(packed.sourceId).pipe(createGzip())), gzip)
    return 'import, gzip'
  })
  const copy = await emptyNewsroom('copy')
  const from = await start<string, number>('server.ts', [plain.url, 'on'])
  await serving(copy.url, async (served) => {
    await importAll(served, await exported({ address: `http://127.0.0.1:${from.port}`, pid: 0 }, 'identity'))
    return 'export into import'
  })
  await from.stop()
}

try {
  await run()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
