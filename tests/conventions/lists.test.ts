import { beforeAll, describe, expect, it } from 'vitest'
import { listName } from '../../src/http/paging.ts'
import { recordFetch } from '../../src/ingestion/fetch-log.ts'
import { encodeCursor } from '../../src/shared/cursor.ts'
import { fetchOf } from '../ingestion/fetches.ts'
import { onEveryEngine } from '../support/engines.ts'
import { lists, names, type Operation, operation, valueFor } from './document.ts'
import type { Valid } from './requests.ts'
import { type Answered, openRoom, type Room, urlOf } from './room.ts'

type Item = { id?: string; slug?: string; revision?: number; seq?: number }

const items = 6
/** Parameters that move in a list or shape it, and leave it the same list. */
const free = ['cursor', 'limit', 'fields', 'include', 'total', 'facets', 'highlight']
const shapes = ['limit', 'fields', 'include', 'total']
const noLimits = [
  '0',
  '-1',
  '',
  ' ',
  'x',
  '1.0',
  '1e1',
  '0x1',
  '+1',
  ' 1',
  '1 ',
  '１',
  '1,000',
  '9'.repeat(30),
  'NaN',
]
const noCursors = [
  '',
  ' ',
  '.',
  '..',
  'a.b',
  'a.b.c',
  'null',
  'W10',
  'W10.',
  '%00',
  '\u{1f4f0}',
  'x'.repeat(1000),
  'x'.repeat(1001),
]
/** What a position is never made of, and values at the ends of what it is made of. */
const parts: unknown[] = [
  '',
  'x',
  '\0',
  'a\0b',
  '\ud800',
  '2026-11-23T06:08:00.000Z',
  "'; drop table article; --",
  'x'.repeat(300),
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  -(2 ** 63),
  null,
  true,
  {},
  [],
  ['x'],
  { toString: 1 },
]

/** Lists with enough on them. One of the document that is not here fails the tests. */
const filled: Record<string, (room: Room) => Promise<Valid>> = {
  listArticles: (room) => times(() => room.article()),
  listTags: (room) => times(() => room.tag()),
  listSources: (room) => times(() => room.source()),
  async listFetches(room) {
    const id = await room.source()
    await times(() => room.database.write((tx) => recordFetch(tx, fetchOf(id))))
    return { params: { id } }
  },
  listPartners: (room) => times(() => room.partner()),
  async listRelatedLinks(room) {
    const id = await room.article()
    await times(() => room.link(id))
    return { params: { id } }
  },
  listStories: (room) => times(() => room.story()),
  async listStoryArticles(room) {
    const articleIds: string[] = []
    await times(async () => articleIds.push(await room.article()))
    const { body } = await room.api.post('/v1/stories', { body: { articleIds } })
    return { params: { id: body.id } }
  },
  async listRevisions(room) {
    const id = await room.article()
    await times((title) => room.api.patch(`/v1/articles/${id}`, { body: { title } }))
    return { params: { id } }
  },
  listWebhooks: (room) => times(() => room.webhook()),
  async listDeliveries(room) {
    const id = await room.webhook()
    await times(() => room.delivery(id))
    return { params: { id } }
  },
  async listKeys(room) {
    const id = await room.partner()
    const body = { name: 'A key', scopes: ['read'] }
    await times(() => room.api.post(`/v1/partners/${id}/keys`, { body }))
    return { params: { id } }
  },
}

it('every list of the document is filled here, and no other', () => {
  expect(Object.keys(filled).sort()).toEqual(lists.map(({ id }) => id).sort())
})

onEveryEngine('the list at', (engine) => {
  let room: Room
  const params = new Map<string, Valid['params']>()

  beforeAll(async () => {
    room = await openRoom(engine)
    for (const [id, fill] of Object.entries(filled)) params.set(id, (await fill(room)).params)
  })

  const ask = (list: Operation, query: Record<string, string>): Promise<Answered> =>
    room.ask(list, { params: params.get(list.id), query })

  async function cursorOf(list: Operation): Promise<string> {
    const { body } = await ask(list, { limit: '2' })
    expect(body.page.next).toBeTypeOf('string')
    return body.page.next
  }

  /** Refused as a cursor: never read as another one, and never a failure of ours. */
  async function expectRefused(list: Operation, query: Record<string, string>): Promise<void> {
    const answer = await ask(list, query)
    expect(answer.status, JSON.stringify(query)).toBe(400)
    expect(answer.body.errors[0]).toMatchObject({ in: 'query', path: 'cursor' })
  }

  describe.each(lists)('$path', (list) => {
    it('is walked to its end, each item once', async () => {
      const whole = (await ask(list, { limit: '100' })).body
      expect(whole.data.length).toBeGreaterThanOrEqual(items)
      expect(whole.page).toMatchObject({ next: null, limit: 100 })
      for (const limit of ['1', '2', '5']) {
        const seen: unknown[] = []
        let cursor: string | null = null
        do {
          const { body, headers } = await ask(list, { limit, ...(cursor && { cursor }) })
          expect(body.data.length).toBeLessThanOrEqual(Number(limit))
          expect(body.data.length).toBeGreaterThan(0)
          expect(body.page.limit).toBe(Number(limit))
          expectLink(headers.link, body.page.next)
          seen.push(...body.data.map(identity))
          cursor = body.page.next
        } while (cursor)
        expect(seen).toEqual(whole.data.map(identity))
        expect(new Set(seen).size).toBe(seen.length)
      }
    })

    it('goes on where Link says, as where the cursor does', async () => {
      const { body, headers } = await ask(list, { limit: '2' })
      const linked = await room.api.get(linkOf(headers.link) ?? '')
      expect(linked.body).toEqual((await ask(list, { limit: '2', cursor: body.page.next })).body)
    })

    it('has as many items as asked for, from 1 to 100', async () => {
      expect((await ask(list, {})).body.page.limit).toBe(20)
      for (const limit of ['1', '100']) expect((await ask(list, { limit })).status).toBe(200)
      for (const limit of ['101', ...noLimits]) {
        const answer = await ask(list, { limit })
        expect(answer.status, limit).toBe(400)
        expect(answer.body.errors[0]).toMatchObject({ in: 'query', path: 'limit' })
      }
    })

    it('is not continued by a cursor of another list or of other filters', async () => {
      const cursor = await cursorOf(list)
      for (const { name, schema } of list.parameters) {
        if (free.includes(name) || !names(list, 'query').includes(name)) continue
        const answer = await ask(list, { cursor, [name]: valueFor(schema) })
        expect(answer.status, name).toBe(400)
      }
      for (const other of lists) {
        if (other.id !== list.id) await expectRefused(list, { cursor: await cursorOf(other) })
      }
    })

    it('is continued by its cursor however it is shaped', async () => {
      const cursor = await cursorOf(list)
      for (const { name, schema } of list.parameters) {
        if (!shapes.includes(name)) continue
        const value = name === 'fields' ? 'title' : valueFor(schema)
        expect((await ask(list, { cursor, [name]: value })).status, name).toBe(200)
      }
    })

    it('is not continued by a damaged cursor', async () => {
      const cursor = await cursorOf(list)
      for (let place = 0; place < cursor.length; place++) {
        const other = cursor[place] === 'A' ? 'B' : 'A'
        await expectRefused(list, { cursor: cursor.slice(0, place) + other + cursor.slice(place + 1) })
        if (place > 0 && place % 7 === 0) await expectRefused(list, { cursor: cursor.slice(0, place) })
      }
      for (const more of [' ', '=', '.', 'A', '\n', '%00', '�']) {
        await expectRefused(list, { cursor: cursor + more })
        await expectRefused(list, { cursor: more + cursor })
      }
      for (const damaged of [...noCursors, cursor + cursor, cursor.toLowerCase(), cursor.toUpperCase()]) {
        await expectRefused(list, { cursor: damaged })
      }
    })

    it('bears a cursor that somebody made', async () => {
      const name = listName({ url: urlOf(list.path, params.get(list.id)) } as never)
      const statuses = new Set<number>()
      for (const length of [0, 1, 2, 3, 4]) {
        for (const part of parts) {
          const position = Array.from({ length }, () => part) as string[]
          for (const made of [position, [...position.slice(1), 'x']]) {
            const { status } = await ask(list, { cursor: encodeCursor(made, name) })
            expect([200, 400], JSON.stringify(made)).toContain(status)
            statuses.add(status)
          }
        }
      }
      // Else they were all refused for their form, and no position was tried.
      expect(statuses).toContain(200)
    })
  })

  it('/v1/changes is walked to its end, each change once', async () => {
    const log = operation('listChanges')
    const whole = (await room.ask(log, { query: { limit: '1000' } })).body.data.map(identity)
    const seen: unknown[] = []
    let after: string | null = '0'
    while (after !== null) {
      const { body, headers } = await room.ask(log, { query: { after, limit: '7' } })
      seen.push(...body.data.map(identity))
      const link = linkOf(headers.link)
      expect(link && new URL(link).searchParams.get('after')).toBe(body.page.next ?? undefined)
      after = body.page.next
    }
    expect(seen).toEqual(whole)
    expect(whole).toEqual(whole.map((_: unknown, index: number) => index + 1))
  })
})

async function times(make: (title: string) => Promise<unknown>): Promise<Valid> {
  for (let count = 0; count < items; count++) await make(`Number ${count}`)
  return {}
}

const identity = ({ id, slug, revision, seq }: Item) => id ?? slug ?? seq ?? revision

const linkOf = (header: string | undefined) => /^<([^>]+)>; rel="next"$/.exec(header ?? '')?.[1]

function expectLink(header: string | undefined, next: string | null): void {
  if (next === null) expect(header).toBeUndefined()
  else expect(new URL(linkOf(header) ?? '').searchParams.get('cursor')).toBe(next)
}
