import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import {
  brotliCompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createZstdDecompress,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { flushingEncoders } from '../../src/http/compression.ts'
import { decodedBody } from '../../src/http/decompression.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { engines } from '../support/engines.ts'
import { countPublished, importLines, lineOf, linesOf, ndjson, parsedLines, postLines } from './bulk-lines.ts'
import { addArticle, addSource } from './newsroom.ts'

// At its best, which is its default, brotli takes seconds for what is only to be read.
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
const encoders = {
  gzip: gzipSync,
  zstd: zstdCompressSync,
  br: (lines: Buffer) => brotliCompressSync(lines, quick),
}
type Encoding = keyof typeof encoders
const encodings = Object.keys(encoders) as Encoding[]
const [sqlite] = engines

describe('compressed lines', () => {
  let api: Api
  let sourceId: string

  beforeEach(async () => {
    api = await startApi(await (sqlite as NonNullable<typeof sqlite>).open())
    sourceId = await addSource(api)
  })

  it.each(encodings)('are imported from %s', async (encoding) => {
    const packed = encoders[encoding](ndjson(linesOf(sourceId, 450)))
    const results = await importLines(api, packed, { headers: { 'content-encoding': encoding } })
    expect(results.map(({ line, status }) => [line, status])).toEqual(
      Array.from({ length: 450 }, (_, index) => [index + 1, 'created']),
    )
  })

  it('are refused in encodings that are not read, saying which are', async () => {
    for (const encoding of ['deflate', 'gzip, br', 'nonsense']) {
      const headers = { 'content-encoding': encoding }
      const answer = await postLines(api, ndjson(linesOf(sourceId, 1)), { headers })
      expect(answer.status, encoding).toBe(415)
      expect(answer.headers['accept-encoding']).toBe('gzip, zstd, br, identity')
      expect(answer.body.detail).toContain('gzip, zstd, br')
    }
    expect(await countPublished(api)).toBe(0)
  })

  it.each(encodings)(
    'that are cut off in %s are kept up to there, and the last line says so',
    async (encoding) => {
      const lines = Array.from({ length: 2000 }, (_, index) =>
        lineOf(sourceId, index + 1, { summary: `${Math.sin(index)} ${Math.cos(index)}` }),
      )
      const whole = encoders[encoding](ndjson(lines))
      const cut = whole.subarray(0, Math.floor(whole.length * 0.7))
      const results = await importLines(api, cut, { headers: { 'content-encoding': encoding } })
      const last = results.pop()
      expect(last).toMatchObject({ status: 'failed', problem: { code: 'bad-request' } })
      expect(last.problem.detail).toContain(`${encoding} data are damaged or cut off`)
      expect(last.line).toBe(results.length + 1)
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['created']))
      expect(results.length).toBeGreaterThan(200)
      expect(await countPublished(api)).toBe(results.length)
    },
  )

  it('that are no such data at all are told so', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const results = await importLines(api, ndjson(linesOf(sourceId, 3)), { headers })
    expect(results).toMatchObject([{ line: 1, status: 'failed', problem: { code: 'bad-request' } }])
  })

  it.each(encodings)(
    'that unpack to a thousand times as much in %s keep to the limit of a line',
    async (encoding) => {
      const bomb = encoders[encoding](
        Buffer.concat([Buffer.alloc(96 * 1024 * 1024, 'a'), Buffer.from('\n'), ndjson(linesOf(sourceId, 1))]),
      )
      const before = process.memoryUsage().arrayBuffers
      let most = 0
      const watch = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before)
      }, 5)
      const results = await importLines(api, bomb, { headers: { 'content-encoding': encoding } })
      clearInterval(watch)
      expect(results).toMatchObject([
        { line: 1, status: 'failed', problem: { code: 'payload-too-large' } },
        { line: 2, status: 'created' },
      ])
      // V8 lets 64 MiB of buffers that nobody holds any more lie before it collects them.
      expect(most).toBeLessThan(80 * 1024 * 1024)
    },
  )

  const decoders = { gzip: createGunzip, zstd: createZstdDecompress, br: createBrotliDecompress }

  it.each(encodings)('of an export flow in %s as they are made', async (encoding) => {
    for (let number = 1; number <= 450; number += 150) {
      await importLines(api, ndjson(linesOf(sourceId, number + 149)))
    }
    const address = await api.listen()
    const answer = await answerOf(`${address}/v1/articles/export`, { 'accept-encoding': encoding })
    expect(answer.headers['content-encoding']).toBe(encoding)
    const decoder = answer.pipe(decoders[encoding]())
    const [first] = await once(decoder, 'data')
    expect(first.toString()).toMatch(/^\{"id":/)
    const rest = await Array.fromAsync(decoder)
    expect(parsedLines(Buffer.concat([first, ...rest]))).toHaveLength(450)
  })
})

function answerOf(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url, { headers: { authorization: `Bearer ${adminKey}`, ...headers } }, resolve)
    asked.on('error', reject)
    asked.end()
  })
}

it('a slice that was compressed is with the reader before the next is there', async () => {
  for (const encoding of encodings) {
    const encoder = flushingEncoders[encoding]()
    const decoded = decodedBody(encoder, encoding)
    encoder.write('first\n')
    expect((await decoded.next()).value?.toString(), encoding).toBe('first\n')
    encoder.end('second\n')
    expect((await decoded.next()).value?.toString()).toBe('second\n')
  }
})

it('an export whose reader goes away ends, and frees what it holds', async () => {
  const api = await startApi(await (sqlite as NonNullable<typeof sqlite>).open())
  const sourceId = await addSource(api)
  // Many bytes and few words: the index is not what this is about.
  const text = `${'word'.repeat(25)} `.repeat(200)
  for (let number = 1; number <= 6; number++) {
    const lines = Array.from({ length: 200 }, (_, index) =>
      lineOf(sourceId, number * 1000 + index, { body: { text } }),
    )
    await importLines(api, ndjson(lines))
  }
  let made = 0
  let closed = 0
  const original = Readable.from
  Readable.from = ((...given: Parameters<typeof Readable.from>) => {
    const slices = original(...given)
    made++
    slices.once('close', () => closed++)
    return slices
  }) as typeof Readable.from
  try {
    const address = await api.listen()
    for (const encoding of ['identity', ...encodings]) {
      const answer = await answerOf(`${address}/v1/articles/export`, { 'accept-encoding': encoding })
      await once(answer, 'data')
      answer.destroy()
    }
    await expect.poll(() => closed, { timeout: 20_000 }).toBe(4)
  } finally {
    Readable.from = original
  }
  expect(made).toBe(4)
  expect((await addArticle(api, sourceId)).state).toBe('published')
})
