import { beforeAll, describe, expect, it } from 'vitest'
import { onEveryEngine } from '../support/engines.ts'
import { creations, lists, names, type Operation } from './document.ts'
import { type Valid, validRequest } from './requests.ts'
import { next, openRoom, type Room } from './room.ts'

const json = { 'content-type': 'application/json' }

/** Requests that fail only once the transaction runs. `null`: nothing there makes it fail. */
const failing: Record<string, ((room: Room, valid: Valid) => Promise<Valid>) | null> = {
  createArticle: async (_room, valid) => ({ ...valid, body: { ...Object(valid.body), tags: ['nothing'] } }),
  createRelatedLink: async (_room, valid) => ({
    ...valid,
    body: { kind: 'related', target: { articleId: 'nothing' } },
  }),
  createStory: async (room, valid) => ({
    ...valid,
    body: { articleIds: [await room.article(), 'nothing'] },
  }),
  createTag: async (room, valid) => ({
    ...valid,
    body: { ...Object(valid.body), aliases: [await room.tag()] },
  }),
  async createSource(room, valid) {
    await room.api.post('/v1/sources', { body: valid.body })
    return valid
  },
  createPartner: null,
  createWebhook: async (_room, valid) => ({
    ...valid,
    body: { ...Object(valid.body), query: { tagsAny: ['nothing'] } },
  }),
  createKey: async (_room, valid) => ({ ...valid, params: { id: 'nothing' } }),
  async rotateKey(room, valid) {
    const { id, keyId } = valid.params as { id: string; keyId: string }
    await room.api.delete(`/v1/partners/${id}/keys/${keyId}`)
    return valid
  },
}

it('every creation has a request here that fails inside', () => {
  expect(Object.keys(failing).sort()).toEqual(creations.map(({ id }) => id).sort())
})

it('every creation may be repeated under an Idempotency-Key', () => {
  const without = creations.filter((creation) => !names(creation, 'header').includes('Idempotency-Key'))
  expect(without.map(({ id }) => id)).toEqual([])
})

onEveryEngine('a creation by', (engine) => {
  let room: Room

  beforeAll(async () => {
    room = await openRoom(engine)
  })

  const send = (creation: Operation, valid: Valid, headers = {}) =>
    room.ask(creation, { ...valid, headers: { ...json, ...headers } })
  const keyed = () => ({ 'idempotency-key': `key-${next()}` })

  /** How many things there are in the list that a creation adds to. */
  async function count(creation: Operation, { params }: Valid): Promise<number> {
    const list = listOf(creation)
    let items = 0
    let cursor: string | null = null
    do {
      const query: Record<string, string> = { limit: '100', ...(cursor && { cursor }) }
      const { body } = await room.ask(list, { params, query })
      items += body.data.length
      cursor = body.page.next
    } while (cursor)
    return items
  }

  describe.each(creations)('$method $path', (creation) => {
    it('answers where it is, and what', async () => {
      const valid = await validRequest(room, creation)
      const { status, headers, body } = await send(creation, valid)
      expect(status).toBe(201)
      expect(headers['idempotency-replayed']).toBeUndefined()
      expect(headers.location).toMatch(/^\/v1\//)
      const read = await room.api.get(headers.location)
      expect(read.status).toBe(200)
      expect(read.headers.etag).toBe(headers.etag)
      // Keys and secrets are shown only once.
      const { key: _, secret: _secret, ...shown } = body
      expect(read.body).toEqual(shown)
    })

    it('answers the same again under the same key', async () => {
      const valid = await validRequest(room, creation)
      const before = await count(creation, valid)
      const headers = keyed()
      const first = await send(creation, valid, headers)
      for (let time = 0; time < 2; time++) {
        const again = await send(creation, valid, headers)
        expect(again.status).toBe(201)
        expect(again.headers['idempotency-replayed']).toBe('true')
        for (const name of ['location', 'etag', 'content-type']) {
          expect(again.headers[name]).toBe(first.headers[name])
        }
        const { key: _, secret: _secret, ...shown } = first.body
        expect(again.body).toMatchObject(shown)
        for (const name of ['key', 'secret']) if (name in again.body) expect(again.body[name]).toBeNull()
      }
      expect(await count(creation, valid)).toBe(before + 1)
    })

    it('refuses another request under the same key', async () => {
      const headers = keyed()
      const valid = await validRequest(room, creation)
      await send(creation, valid, headers)
      const before = await room.seq()
      const other = await send(creation, await validRequest(room, creation), headers)
      if (JSON.stringify(valid) === JSON.stringify(await validRequest(room, creation))) return
      expect(other.status).toBe(422)
      expect(other.body.type).toMatch(/idempotency-key-reused$/)
      expect(await room.seq()).toBeGreaterThanOrEqual(before)
    })

    it('makes one thing for many who ask at once', async () => {
      const valid = await validRequest(room, creation)
      const before = await count(creation, valid)
      const headers = keyed()
      const answers = await Promise.all(Array.from({ length: 8 }, () => send(creation, valid, headers)))
      const made = answers.filter(({ status }) => status === 201)
      expect(made.length).toBeGreaterThan(0)
      expect(new Set(made.map((answer) => answer.headers.location)).size).toBe(1)
      for (const { status, headers: told } of answers) {
        if (status === 201) continue
        expect(status).toBe(409)
        expect(told['retry-after']).toMatch(/^\d+$/)
      }
      expect(await count(creation, valid)).toBe(before + 1)
    })

    it('keeps nothing of a request that fails', async () => {
      const valid = await validRequest(room, creation)
      const headers = keyed()
      expect((await send(creation, { ...valid, body: { nonsense: 1 } }, headers)).status).toBe(422)
      const fail = failing[creation.id]
      if (fail) {
        const wrong = await fail(room, await validRequest(room, creation))
        const before = await room.seq()
        for (let time = 0; time < 2; time++) {
          const refused = await send(creation, wrong, headers)
          expect([404, 409, 422]).toContain(refused.status)
          expect(refused.body.type).not.toMatch(/idempotency/)
          expect(refused.headers['idempotency-replayed']).toBeUndefined()
        }
        expect(await room.seq()).toBe(before)
      }
      const answer = await send(creation, valid, headers)
      expect(answer.status).toBe(201)
      expect(answer.headers['idempotency-replayed']).toBeUndefined()
    })

    it('does not hear of keys of others', async () => {
      const own = await room.key(['admin'])
      const headers = { ...json, ...keyed() }
      const valid = await validRequest(room, creation)
      expect((await room.ask(creation, { ...valid, headers })).status).toBe(201)
      const other = await room.ask(creation, { ...(await validRequest(room, creation)), headers, key: own })
      expect(other.status).toBe(201)
      expect(other.headers['idempotency-replayed']).toBeUndefined()
    })

    it('is refused under a key that is none', async () => {
      const valid = await validRequest(room, creation)
      for (const key of ['', ' ', 'a b', 'ä', 'x'.repeat(256)]) {
        const answer = await send(creation, valid, { 'idempotency-key': key })
        expect(answer.status, key).toBe(400)
        expect(answer.body.errors[0]).toMatchObject({ in: 'header', path: 'idempotency-key' })
      }
    })
  })
})

/** The list at the address of a creation, or above the thing that it makes anew. */
function listOf({ path }: Operation): Operation {
  const above = lists
    .filter((list) => path === list.path || path.startsWith(`${list.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
  if (!above) throw new Error(`There is no list above ${path}.`)
  return above
}
