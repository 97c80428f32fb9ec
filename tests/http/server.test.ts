import { once } from 'node:events'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createServer, type Server } from '../../src/http/server.ts'
import { Failure } from '../../src/shared/failure.ts'
import { atEnd } from '../support/cleanup.ts'
import { checkProblem } from '../support/contract.ts'
import { memoryLog } from '../support/log.ts'
import { exchange } from '../support/socket.ts'

const publicUrl = 'https://news.example'

describe('a server', () => {
  let app: Server
  let address: string
  let log: ReturnType<typeof memoryLog>

  beforeEach(async () => {
    log = memoryLog()
    app = createServer({ logger: log.logger, publicUrl: () => publicUrl, trustedProxies: [] })
    app.get(
      '/things',
      { schema: { querystring: z.strictObject({ q: z.string().optional() }) } },
      async () => ({}),
    )
    app.get('/things/:id', async (request) => ({ id: (request.params as { id: string }).id }))
    app.post(
      '/things',
      { schema: { body: z.strictObject({ name: z.json() }) } },
      async (request) => request.body,
    )
    app.post('/small', { bodyLimit: 10 }, async () => ({}))
    app.get('/stream', async (_request, reply) => {
      const stream = new PassThrough()
      stream.write('begin')
      return reply.send(stream)
    })
    app.get('/bug', async () => {
      throw Object.assign(new Error('select secret from hidden at /srv/code.ts:1:1'), {
        code: 'SQLITE_ERROR',
      })
    })
    app.get('/nothing-thrown', async () => Promise.reject(undefined))
    app.get('/teapot', async () => {
      throw Object.assign(new Error('A teapot.'), { statusCode: 418 })
    })
    app.get('/broken-promise', { schema: { response: { 200: z.object({ n: z.int() }) } } }, async () => ({
      n: 'none' as unknown as number,
    }))
    app.get('/unavailable', async () => {
      throw new Failure('unavailable', 'Later.', { headers: { 'Retry-After': '5' } })
    })
    address = await app.listen({ host: '127.0.0.1', port: 0 })
    atEnd(() => app.close())
  })

  /** Sends the bytes and answers the last reply, having checked that it is a problem. */
  async function refused(bytes: string | Buffer) {
    const reply = (await exchange(address, bytes)).at(-1)
    if (!reply) throw new Error('There was no answer.')
    checkProblem({ request: String(bytes).slice(0, 60), ...reply })
    const problem = JSON.parse(reply.text)
    expect(problem.type).toMatch(/^https:\/\/news\.example\/problems\/[a-z-]+$/)
    return { ...reply, problem }
  }

  const request = (line: string, headers: string[] = [], body: string | Buffer = '') =>
    Buffer.concat([
      Buffer.from([`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', ''].join('\r\n')),
      Buffer.from(body),
    ])
  const post = (body: string | Buffer, type = 'application/json', path = '/things') =>
    request(`POST ${path}`, [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`], body)

  it('tells who sent an address as it is written in Chinese to encode it', async () => {
    const { status, text } = await refused('GET /things?q=芯片 HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(status).toBe(400)
    expect(JSON.parse(text).detail).toContain('percent-encode')
  })

  it('answers what it can', async () => {
    expect(await exchange(address, request('GET /things?q=%E4%B8%AD+%2B'))).toMatchObject([{ status: 200 }])
    expect(await exchange(address, post('{"name":"中 \\u4e2d \\ud83d\\ude00"}'))).toMatchObject([
      { status: 200, text: '{"name":"中 中 😀"}' },
    ])
    expect(await exchange(address, 'GET /things HTTP/1.0\r\n\r\n')).toMatchObject([{ status: 200 }])
    expect(await exchange(address, post('{"name":1}', 'application/json; charset=utf-8'))).toMatchObject([
      { status: 200 },
    ])
  })

  it.each([
    ['half a document', '{"name":'],
    ['no document', 'nothing'],
    ['nothing', ''],
    ['two documents', '{}{}'],
    ['a comma too many', '{"name":1,}'],
    ['a byte order mark inside', '{\ufeff}'],
    ['__proto__', '{"name":1,"__proto__":{"admin":true}}'],
    ['__proto__ escaped', '{"name":1,"__pr\\u006fto__":{}}'],
    ['a constructor with a prototype', '{"name":{"constructor":{"prototype":{"admin":true}}}}'],
  ])('refuses a body of %s with 400', async (_what, body) => {
    expect(await refused(post(body))).toMatchObject({ status: 400 })
  })

  it('refuses a body that is no UTF-8 with 400, and puts no other characters in place', async () => {
    const bytes = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    expect(await refused(post(bytes))).toMatchObject({
      status: 400,
      problem: { detail: 'The body is not UTF-8.' },
    })
  })

  it.each([
    ['NUL', '{"name":{"a":["x","y\\u0000"]}}', 'name.a.1'],
    ['half of a surrogate pair', '{"name":"\\ud800"}', 'name'],
    ['the other half', '{"name":"a\\uDC00b"}', 'name'],
    ['NUL in a name', '{"name":{"a\\u0000":1}}', 'name'],
  ])('refuses %s in a body with 422, naming the member', async (_what, body, path) => {
    expect(await refused(post(body))).toMatchObject({
      status: 422,
      problem: { errors: [{ in: 'body', path: expect.stringMatching(`^${path}`) }] },
    })
  })

  it('names every member at fault, at its place', async () => {
    expect(await refused(post('{"nmae":1}'))).toMatchObject({
      status: 422,
      problem: { errors: expect.arrayContaining([expect.objectContaining({ in: 'body', path: 'nmae' })]) },
    })
    expect(await refused(request('GET /things?Q=1'))).toMatchObject({
      status: 400,
      problem: { errors: [{ in: 'query', path: 'Q' }] },
    })
    expect(await refused(request('GET /things?q=1&q=2'))).toMatchObject({
      status: 400,
      problem: { errors: [{ in: 'query', path: 'q' }] },
    })
  })

  it.each(['GET /nothing', 'GET //things', 'GET /things/1/2', 'POST /nothing', 'GET /THINGS'])(
    'answers 404 to %s',
    async (line) => {
      expect(await refused(request(line))).toMatchObject({ status: 404 })
    },
  )

  it.each([
    ['PUT /things', 'GET, HEAD, POST'],
    ['DELETE /things/1', 'GET, HEAD'],
    ['PATCH /small', 'POST'],
    ['TRACE /things', 'GET, HEAD, POST'],
    ['PROPFIND /things', 'GET, HEAD, POST'],
  ])('answers 405 to %s, and says what is allowed', async (line, allow) => {
    expect(await refused(request(line))).toMatchObject({ status: 405, headers: { allow } })
  })

  it('refuses a body above the limit with 413, told beforehand or not', async () => {
    const large = 'x'.repeat(2_000_000)
    expect(await refused(post(large.slice(0, 1_100_000)))).toMatchObject({ status: 413 })
    expect(await refused(post('"01234567890"', 'application/json', '/small'))).toMatchObject({ status: 413 })
    const chunked = request(
      'POST /small',
      ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
      `14\r\n${'x'.repeat(20)}\r\n0\r\n\r\n`,
    )
    const detail = 'The body has more than 10 bytes.'
    expect(await refused(chunked)).toMatchObject({ status: 413, problem: { detail } })
  })

  it('says of a path that cannot be read what is wrong with it', async () => {
    for (const path of ['/things/%ff', '/things/%', '/things/%ED%A0%80']) {
      const { status, problem } = await refused(request(`GET ${path}`))
      expect(status).toBe(400)
      expect(problem.detail).toBe('The address has a percent sign that begins no UTF-8 character.')
    }
  })

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'json',
    '',
  ])('refuses a body of the type "%s" with 415', async (type) => {
    expect(await refused(post('{"name":1}', type))).toMatchObject({ status: 415 })
  })

  it('refuses headers above 16 KiB with 431', async () => {
    expect(await refused(request('GET /things', [`Cookie: ${'x'.repeat(20_000)}`]))).toMatchObject({
      status: 431,
      problem: {
        detail: 'The address and all headers together may have 16 KiB. Cookies are not needed here.',
      },
    })
  })

  it.each([
    ['no HTTP', 'nonsense\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['an unknown method', 'FETCH /things HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an unknown version', 'GET /things HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a header without a name', 'GET /things HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n'],
    ['a header with a space in its name', 'GET /things HTTP/1.1\r\nHost: x\r\nA B: 1\r\n\r\n'],
    ['NUL in a header', 'GET /things HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n'],
    ['a space in the address', 'GET /thi ngs HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no length that is a number', 'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n'],
    ['two lengths', 'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a broken chunk',
      'POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('answers 400 to %s', async (_what, bytes) => {
    expect(await refused(Buffer.from(bytes, 'latin1'))).toMatchObject({ status: 400 })
  })

  it('answers 400 where the host is missing or said twice', async () => {
    expect(await refused('GET /things HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatchObject({ status: 400 })
    expect(await refused('GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatchObject({ status: 400 })
    const twice = 'GET /things HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n'
    expect(await refused(twice)).toMatchObject({ status: 400 })
  })

  it('continues where a client waits to be told, and refuses any other expectation with 417', async () => {
    const waiting = request(
      'POST /things',
      ['Content-Type: application/json', 'Content-Length: 10', 'Expect: 100-continue'],
      '{"name":1}',
    )
    expect((await exchange(address, waiting)).map(({ status }) => status)).toEqual([100, 200])
    expect(await refused(request('GET /things', ['Expect: 200-maybe']))).toMatchObject({ status: 417 })
  })

  it.each([
    '/things?q=%',
    '/things?q=%zz',
    '/things?q=%ff',
    '/things/%',
    '/things/%zz',
    '/things/%ff%fe',
    '/%',
    '/things?q=%00',
    '/things/a%00b',
    '/things?q=%ED%A0%80',
  ])('answers 400 to the address %s', async (path) => {
    expect(await refused(request(`GET ${path}`))).toMatchObject({ status: 400 })
  })

  it.each([
    ['too long a name in the path', `/things/${'x'.repeat(1001)}`],
    ['an address longer than the headers may be', `/things?q=${'x'.repeat(20_000)}`],
  ])('answers with a problem to %s', async (_what, path) => {
    expect([404, 414, 431]).toContain((await refused(request(`GET ${path}`))).status)
  })

  it('answers each of several requests that come at once on one connection', async () => {
    const keep = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
    const requests = [keep('/things'), keep('/nothing'), keep('/%'), request('GET /things')].join('')
    const replies = await exchange(address, requests)
    expect(replies.map(({ status }) => status)).toEqual([200, 404, 400, 200])
  })

  it('puts no answer into the middle of another', async () => {
    const { port } = new URL(address)
    const client = connect(Number(port), '127.0.0.1')
    const received: Uint8Array[] = []
    client.on('data', (chunk: Buffer) => received.push(chunk))
    client.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(client, 'data')
    client.write('nonsense\r\n\r\n')
    await once(client, 'close')
    expect(String(Buffer.concat(received))).toMatch(/^HTTP\/1\.1 200 .*begin\r\n$/s)
  })

  it('answers 408 to a request that does not come to its end in time', async () => {
    const incoming = once(app.server, 'connection')
    const { port } = new URL(address)
    const client = connect(Number(port), '127.0.0.1')
    const [socket] = await incoming
    const answered = once(client, 'data')
    app.server.emit(
      'clientError',
      Object.assign(new Error('timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
      socket,
    )
    expect(String((await answered)[0])).toMatch(
      /^HTTP\/1\.1 408 .*application\/problem\+json.*request-timeout/s,
    )
  })

  it('says nothing of a bug but its request id, under which the log holds it', async () => {
    const { status, problem } = await refused(request('GET /bug'))
    expect(status).toBe(500)
    expect(problem).toEqual({
      type: `${publicUrl}/problems/internal`,
      title: 'Internal error',
      status: 500,
      detail: 'Internal error',
      instance: '/bug',
      requestId: expect.any(String),
    })
    const logged = log.entries.find(({ msg }) => msg === 'internal error')
    expect(logged).toMatchObject({ requestId: problem.requestId })
    expect(logged?.err?.message).toContain('select secret')
  })

  it('takes an answer that breaks its own schema, and nothing thrown at all, for bugs', async () => {
    expect(await refused(request('GET /broken-promise'))).toMatchObject({ status: 500 })
    expect(await refused(request('GET /nothing-thrown'))).toMatchObject({ status: 500 })
  })

  it('answers 400 for a status of the framework that has no kind of its own', async () => {
    expect(await refused(request('GET /teapot'))).toMatchObject({
      status: 400,
      problem: { detail: 'A teapot.' },
    })
  })

  it('sends the headers of a failure, and keeps it out of caches', async () => {
    expect(await refused(request('GET /unavailable'))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5', 'cache-control': 'no-store' },
    })
  })

  it('answers HEAD as GET, without a body', async () => {
    const [found] = await exchange(address, request('HEAD /things'))
    expect(found).toMatchObject({ status: 200, text: '', headers: { 'x-request-id': expect.any(String) } })
    const [missing] = await exchange(address, request('HEAD /nothing'))
    expect(missing).toMatchObject({ status: 404, headers: { 'content-type': /^application\/problem\+json/ } })
  })

  it('gives every request an id of its own, whatever the client sends', async () => {
    const replies = await Promise.all(
      [1, 2].map(() => exchange(address, request('GET /things', ['X-Request-Id: mine', 'Request-Id: mine']))),
    )
    const ids = replies.map(([reply]) => reply?.headers['x-request-id'])
    expect(new Set(ids).size).toBe(2)
    expect(ids).not.toContain('mine')
  })
})

it('logs no fault of ours where a client went while it sent its body, and one where a connection of ours was reset', async () => {
  const log = memoryLog('warn')
  const app = createServer({
    logger: log.logger,
    publicUrl: () => 'http://newsweave.test',
    trustedProxies: [],
  })
  app.addHook('preParsing', async ({ raw, headers }) => {
    if (headers['x-goes']) raw.destroy()
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  })
  app.post('/things', async () => {})
  const headers = { 'content-type': 'application/json' }
  await app.inject({ method: 'POST', url: '/things', headers: { ...headers, 'x-goes': '1' }, payload: '{}' })
  expect(log.entries).toEqual([])
  await app.inject({ method: 'POST', url: '/things', headers, payload: '{}' })
  expect(log.entries).toEqual([expect.objectContaining({ msg: 'internal error' })])
  await app.close()
})
