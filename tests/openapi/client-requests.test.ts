import { expect, it } from 'vitest'
import { createNewsweave, ProblemError, unwrap } from '../../openapi/client/src/index.ts'
import { startAnswering } from './answers.ts'

const busy = { status: 503, headers: { 'retry-after': '0' } }
const page = { body: { data: [], page: { next: null, limit: 20 } } }
const list = (baseUrl: string) => createNewsweave({ baseUrl }).GET('/v1/articles')
const create = (baseUrl: string, retries = {}) =>
  createNewsweave({ baseUrl, key: 'nw_key', retries }).POST('/v1/tags', { body: { slug: 'ai', name: 'AI' } })

it('sends a read again after 429, 503, 502 and a broken connection, with the key', async () => {
  const limited = { status: 429, headers: { 'retry-after': '0' } }
  const { baseUrl, asked } = await startAnswering(limited, busy, 'reset', { status: 502 }, page)
  const { data } = await createNewsweave({ baseUrl, key: 'nw_key' }).GET('/v1/articles')
  expect(data).toEqual(page.body)
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(Array(5).fill('Bearer nw_key'))
})

it('sends a POST again under one Idempotency-Key and with its body, and another POST under another', async () => {
  const running = { status: 409, headers: { 'retry-after': '0' } }
  const { baseUrl, asked } = await startAnswering('reset', running, { status: 201, body: { slug: 'ai' } })
  expect((await create(baseUrl)).data?.slug).toBe('ai')
  const keys = asked.map(({ headers }) => headers['idempotency-key'])
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(keys).toEqual(Array(3).fill(keys[0]))
  expect(new Set(asked.map(({ body }) => body))).toEqual(new Set(['{"slug":"ai","name":"AI"}']))
  await create(baseUrl)
  expect(asked[3]?.headers['idempotency-key']).not.toBe(keys[0])
})

it('keeps an Idempotency-Key that it is given', async () => {
  const { baseUrl, asked } = await startAnswering(busy, { status: 201 })
  const headers = { 'Idempotency-Key': 'mine' }
  await createNewsweave({ baseUrl }).POST('/v1/tags', { headers, body: { slug: 'ai', name: 'AI' } })
  expect(asked.map((request) => request.headers['idempotency-key'])).toEqual(['mine', 'mine'])
})

it('waits as long as Retry-After says, in seconds or until a date', async () => {
  const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000)
  const { baseUrl } = await startAnswering(
    { status: 429, headers: { 'retry-after': '1' } },
    { status: 503, headers: { 'retry-after': at.toUTCString() } },
    page,
  )
  const startedAt = Date.now()
  await list(baseUrl)
  expect(Date.now()).toBeGreaterThanOrEqual(Math.max(startedAt + 1000, at.getTime() - 20))
})

it('hands on an answer that asks for more patience than was agreed', async () => {
  const { baseUrl, asked } = await startAnswering({
    status: 429,
    headers: { 'retry-after': '61' },
    body: 'no',
  })
  expect((await list(baseUrl)).response.status).toBe(429)
  expect(asked).toHaveLength(1)
})

it('gives up after the attempts agreed, with the last answer or error', async () => {
  const refusing = await startAnswering(busy)
  expect((await create(refusing.baseUrl, { attempts: 3 })).response.status).toBe(503)
  expect(refusing.asked).toHaveLength(3)
  const broken = await startAnswering('reset')
  await expect(create(broken.baseUrl, { attempts: 2 })).rejects.toThrow('fetch failed')
  expect(broken.asked).toHaveLength(2)
})

it('does not send again what may have been done already', async () => {
  const { baseUrl, asked } = await startAnswering('reset')
  const news = createNewsweave({ baseUrl })
  const path = { slug: 'ai' }
  await expect(news.DELETE('/v1/tags/{slug}', { params: { path } })).rejects.toThrow('fetch failed')
  await expect(news.PATCH('/v1/tags/{slug}', { params: { path }, body: {} })).rejects.toThrow('fetch failed')
  expect(asked).toHaveLength(2)
})

it('ends a wait when the signal says so', async () => {
  const { baseUrl, asked } = await startAnswering({ status: 503, headers: { 'retry-after': '50' } })
  const signal = AbortSignal.timeout(100)
  await expect(createNewsweave({ baseUrl }).GET('/v1/articles', { signal })).rejects.toThrow(/timeout/)
  expect(asked).toHaveLength(1)
})

it('unwraps a good answer, and throws what a failing one says', async () => {
  const problem = {
    type: 'https://news.example/problems/validation-failed',
    title: 'The body is well formed and wrong',
    status: 422,
    detail: 'slug: taken',
    instance: '/v1/tags',
    requestId: 'req-1',
    errors: [{ in: 'body', path: 'slug', message: 'taken' }],
  }
  const { baseUrl } = await startAnswering(
    { status: 201, body: { slug: 'ai' } },
    { status: 422, body: problem },
  )
  expect((await unwrap(create(baseUrl))).slug).toBe('ai')
  const error = await unwrap(create(baseUrl)).catch((thrown) => thrown)
  expect(error).toBeInstanceOf(ProblemError)
  expect(error).toMatchObject({ status: 422, code: 'validation-failed', problem })
  expect(error.message).toBe('422 The body is well formed and wrong: slug: taken')
})

it('makes a problem of an answer that is none, such as the page of a proxy', async () => {
  const headers = { 'x-request-id': 'r-7' }
  const { baseUrl } = await startAnswering({ status: 404, headers, body: '<h1>Nothing here</h1>' })
  const error = await unwrap(list(baseUrl)).catch((thrown) => thrown)
  expect(error.problem).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: '<h1>Nothing here</h1>',
    instance: '/v1/articles',
    requestId: 'r-7',
  })
})
