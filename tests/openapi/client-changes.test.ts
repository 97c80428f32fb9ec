import { expect, it } from 'vitest'
import {
  type Change,
  createNewsweave,
  StartAgainError,
  type SyncEvent,
} from '../../openapi/client/src/index.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { type Answer, startAnswering } from './answers.ts'

const change = (seq: number): Change => ({
  seq,
  at: '2026-11-26T12:00:00.000Z',
  type: 'article.published',
  resource: { type: 'article', id: `a-${seq}` },
  revision: 1,
})

function page(lastSeq: number, data: Change[] = [], next: string | null = null): Answer {
  return { body: { data, page: { next, limit: 100 }, lastSeq } }
}

const gone = (extensions: object) => ({
  status: 410,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: 'https://n.example/problems/gone',
    title: 'Gone',
    status: 410,
    detail: 'Compacted.',
    ...extensions,
  },
})

async function clientOf(api: Api) {
  const baseUrl = await api.listen()
  return createNewsweave({ baseUrl, key: adminKey, fetch: (request) => api.fetch(request) })
}

onEveryEngine('the change feed through the client', (engine) => {
  it('tells everything from the beginning and then what comes, and goes on from a position that was kept', async () => {
    const api = await startApi(await engine.open())
    const news = await clientOf(api)
    const sourceId = await addSource(api)
    await addArticle(api, sourceId)
    const stopping = new AbortController()
    const seen: string[] = []
    const positions: number[] = []
    const options = { signal: stopping.signal, limit: 1, onPosition: (at: number) => positions.push(at) }
    for await (const { type } of news.changes(options)) {
      seen.push(type)
      // It waits at the end of the log, until something comes.
      if (seen.length === 2) setTimeout(() => addArticle(api, sourceId), 50)
      if (seen.length === 3) setTimeout(() => stopping.abort(), 50)
    }
    expect(seen).toEqual(['source.created', 'article.published', 'article.published'])
    expect(positions).toEqual([1, 2, 3])

    await addTag(api, 'chips')
    const rest = await Array.fromAsync(news.changes({ after: 2, wait: 0 }))
    expect(rest.map(({ seq, type }) => [seq, type])).toEqual([
      [3, 'article.published'],
      [4, 'tag.created'],
    ])
    const tags = await Array.fromAsync(news.changes({ types: ['tag.created'], wait: 0 }))
    expect(tags.map(({ seq }) => seq)).toEqual([4])
  })

  it('a sync begins with all articles, misses nothing of what changes meanwhile, and goes on from its position', async () => {
    const api = await startApi(await engine.open())
    const news = await clientOf(api)
    const sourceId = await addSource(api)
    const first = await addArticle(api, sourceId)
    const events: SyncEvent[] = []
    for await (const event of news.sync({ wait: 0 })) {
      if (event.type === 'article') await addArticle(api, sourceId)
      events.push(event)
    }
    expect(events.map(({ type }) => type)).toEqual(['begin', 'article', 'position', 'change', 'position'])
    expect(events[0]).toEqual({ type: 'begin', reason: 'first' })
    expect(events[1]).toMatchObject({ article: { id: first.id, body: { html: '' } } })
    expect(events[2]).toEqual({ type: 'position', position: 2 })
    expect(events[4]).toEqual({ type: 'position', position: 3 })
    expect(await Array.fromAsync(news.sync({ after: 3, wait: 0 }))).toEqual([])
  })
})

it('waits restarts and failures out for as long as they last, and tells of them', async () => {
  const failing: Answer[] = [
    'reset',
    { status: 500, body: 'oh' },
    { status: 429, headers: { 'retry-after': '0' } },
  ]
  const { baseUrl, asked } = await startAnswering(...failing, page(5, [change(5)]))
  const failures: number[] = []
  const news = createNewsweave({ baseUrl, retries: { attempts: 1 } })
  const onRetry = (_error: unknown, count: number) => failures.push(count)
  expect(await Array.fromAsync(news.changes({ after: 4, wait: 0, onRetry }))).toEqual([change(5)])
  expect(failures).toEqual([1, 2, 3])
  expect(asked.map(({ url }) => url)).toEqual(Array(4).fill('/v1/changes?after=4&wait=0'))
})

it('a sync waits a limit of requests out before it has read anything, too', async () => {
  const busy = {
    status: 429,
    headers: { 'retry-after': '0' },
    body: { type: 'https://n.example/problems/rate-limited' },
  }
  const { baseUrl } = await startAnswering(busy, page(7), { body: '' }, page(7))
  const news = createNewsweave({ baseUrl, retries: { attempts: 1 } })
  expect(await Array.fromAsync(news.sync({ wait: 0 }))).toEqual([
    { type: 'begin', reason: 'broken' },
    { type: 'position', position: 7 },
  ])
})

it('throws what the request itself is at fault for', async () => {
  const problem = {
    type: 'https://n.example/problems/forbidden',
    title: 'No',
    status: 403,
    detail: 'No scope.',
  }
  const { baseUrl, asked } = await startAnswering({ status: 403, body: problem })
  const changes = Array.fromAsync(createNewsweave({ baseUrl }).changes())
  await expect(changes).rejects.toMatchObject({ name: 'ProblemError', code: 'forbidden' })
  expect(asked).toHaveLength(1)
})

it('sends its filters and the time that the server may wait', async () => {
  const { baseUrl, asked } = await startAnswering(page(7))
  const signal = AbortSignal.timeout(200)
  const filters = { types: ['tag.merged' as const], tags: ['ai', 'chips'], sources: ['s-1'] }
  await Array.fromAsync(createNewsweave({ baseUrl }).changes({ after: 7, ...filters, signal }))
  const query = new URL(asked[0]?.url ?? '', baseUrl).searchParams
  expect(Object.fromEntries(query)).toMatchObject({
    after: '7',
    wait: '30',
    types: 'tag.merged',
    sources: 's-1',
  })
  expect(query.getAll('tags')).toEqual(['ai', 'chips'])
  // Empty answers that come at once, as of a server that stops, are not asked for in a hot loop.
  expect(asked).toHaveLength(1)
})

it('tells the position only when everything up to it was handled', async () => {
  const { baseUrl } = await startAnswering(page(2, [change(1), change(2)], '2'), page(3, [change(3)]))
  const told: string[] = []
  const news = createNewsweave({ baseUrl })
  const onPosition = async (position: number) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    told.push(`position ${position}`)
  }
  for await (const { seq } of news.changes({ wait: 0, onPosition })) told.push(`change ${seq}`)
  expect(told).toEqual(['change 1', 'change 2', 'position 2', 'change 3', 'position 3'])
})

it('says where to begin again after a log was reset or shortened', async () => {
  const endOf = async (answers: Answer[]) => {
    const { baseUrl } = await startAnswering(...answers)
    const error = await Array.fromAsync(createNewsweave({ baseUrl }).changes({ after: 9 })).catch(
      (thrown) => thrown,
    )
    expect(error).toBeInstanceOf(StartAgainError)
    return { reason: error.reason, after: error.after }
  }
  expect(await endOf([page(4)])).toEqual({ reason: 'reset', after: 4 })
  expect(await endOf([gone({ startAgain: { after: 31 } })])).toEqual({ reason: 'compacted', after: 31 })
  expect(await endOf([gone({}), page(40)])).toEqual({ reason: 'compacted', after: 40 })
})

it('a sync reads everything anew when changes are missing, or the export broke off', async () => {
  const article = { id: 'a-1', title: 'A' }
  const { baseUrl, asked } = await startAnswering(
    gone({}), // What is behind 3 is no longer in the log,
    page(40), // which ends at 40,
    page(41), // and a moment later at 41;
    { body: `${JSON.stringify(article)}\n`, cut: true }, // the export breaks off,
    page(42),
    { body: `${JSON.stringify(article)}\n` }, // and comes whole the second time.
    page(43, [change(43)]),
  )
  const events = await Array.fromAsync(createNewsweave({ baseUrl }).sync({ after: 3, tags: ['ai'], wait: 0 }))
  expect(events).toEqual([
    { type: 'begin', reason: 'compacted' },
    { type: 'article', article },
    { type: 'begin', reason: 'broken' },
    { type: 'article', article },
    { type: 'position', position: 42 },
    { type: 'change', change: change(43) },
    { type: 'position', position: 43 },
  ])
  expect(asked[3]?.url).toBe('/v1/articles/export?tagsAny=ai')
  expect(asked[6]?.url).toBe('/v1/changes?after=42&wait=0&tags=ai')
})
