import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, engines } from '../support/engines.ts'
import { type Operation, withJsonBody } from './document.ts'
import { type Valid, validRequest } from './requests.ts'
import { openRoom, type Room } from './room.ts'

const json = { 'content-type': 'application/json' }
const otherTypes = [
  'text/plain',
  'text/html; application/json',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/x-ndjson',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/problem+json',
  'application/jsonp',
  'application/json, text/plain',
  'json',
  '*/*',
  '',
]
const noJson = [
  '{',
  '{"a":}',
  "{'a':1}",
  '{"a":1}{"a":1}',
  '{"a":NaN}',
  '[1,]',
  'undefined',
  '\u0000',
  '{"a":"\u0001"}',
]
/** More than any operation takes; most take one megabyte. */
const tooManyBytes = 10 * 1024 * 1024

// Refused before the database is asked, so that one engine will do.
describe('the body of', () => {
  let room: Room
  /** One for all tests of an operation: they are refused, so that nothing becomes of what they name. */
  const valid = new Map<string, Valid>()

  beforeAll(async () => {
    room = await openRoom(engines[0] as Engine)
    for (const operation of withJsonBody) valid.set(operation.id, await validRequest(room, operation))
  })

  async function refused(operation: Operation, body: unknown, headers: Record<string, string> = json) {
    const before = await room.seq()
    const answer = await room.ask(operation, { ...valid.get(operation.id), body, headers })
    expect(answer.status, describeBody(body)).toBeGreaterThanOrEqual(400)
    expect(await room.seq(), describeBody(body)).toBe(before)
    return answer
  }
  const bodyOf = (operation: Operation) => valid.get(operation.id)?.body

  describe.each(withJsonBody)('$method $path', (operation) => {
    it('may have no unknown member at any depth, and the answer names it', async () => {
      for (const place of objectsIn(bodyOf(operation))) {
        for (const name of ['unheardOf', 'toString', '标签']) {
          const answer = await refused(operation, changed(bodyOf(operation), [...place, name], 1))
          expect(answer.status).toBe(422)
          expect(paths(answer)).toContain([...place, name].join('.'))
        }
      }
    })

    it('may not reach for prototypes', async () => {
      for (const text of [
        '{"__proto__":{"a":1}}',
        '{"constructor":{"prototype":{"a":1}}}',
        '{"__proto__":null}',
      ]) {
        const members = JSON.stringify(bodyOf(operation)).slice(1)
        const answer = await refused(operation, `${text.slice(0, -1)},${members}`)
        expect([400, 422]).toContain(answer.status)
      }
    })

    it('is 400 where it is no JSON', async () => {
      for (const text of noJson) expect((await refused(operation, text)).status, text).toBe(400)
    })

    it('is 400 where it is no UTF-8', async () => {
      const [start = '', end = ''] = JSON.stringify({ title: '|' }).split('|')
      for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
        const body = Buffer.concat([Buffer.from(start), Buffer.from(bytes), Buffer.from(end)])
        expect((await refused(operation, body)).status).toBe(400)
      }
      const utf16 = Buffer.from(JSON.stringify(bodyOf(operation)), 'utf16le')
      expect((await refused(operation, utf16)).status).toBe(400)
    })

    it('is 415 where it is of a type that the document does not tell of', async () => {
      const others = otherTypes.filter((type) => !operation.types.includes(type))
      for (const type of others) {
        const body = JSON.stringify(bodyOf(operation))
        expect((await refused(operation, body, { 'content-type': type })).status, type).toBe(415)
      }
      const packed = { ...json, 'content-encoding': 'gzip' }
      expect((await refused(operation, bodyOf(operation), packed)).status).toBe(415)
    })

    it('is 413 where it is too large', async () => {
      const answer = await refused(operation, JSON.stringify({ title: 'x'.repeat(tooManyBytes) }))
      expect(answer.status).toBe(413)
    })

    it('is 422 where a text or a name has NUL or half of a surrogate pair, and the answer names it', async () => {
      for (const place of textsIn(bodyOf(operation))) {
        for (const bad of ['a\0b', '\ud800', '\udc00x', '\ude00\ud83d']) {
          const answer = await refused(operation, changed(bodyOf(operation), place, bad))
          expect(answer.status).toBe(422)
          expect(paths(answer)).toEqual([place.join('.')])
        }
      }
      expect((await refused(operation, { ...Object(bodyOf(operation)), 'a\0': 1 })).status).toBe(422)
    })

    it('is refused where it is empty, unless it may be left out', async () => {
      if (!operation.bodyRequired) return
      for (const [body, headers] of [
        [undefined, {}],
        [undefined, json],
        ['', json],
        [' ', json],
      ] as const) {
        expect([400, 415, 422]).toContain((await refused(operation, body, headers)).status)
      }
    })

    it('is 422 where it is no object', async () => {
      const values = ['[]', '"x"', '1', 'true', '[{}]', 'null']
      for (const text of values) expect((await refused(operation, text)).status, text).toBe(422)
    })

    it('is 422 where a member is of another type, and the answer names it', async () => {
      for (const name of Object.keys(Object(bodyOf(operation)))) {
        for (const value of [{ a: 1 }, 1.5, [[]], false]) {
          const member = (bodyOf(operation) as Record<string, unknown>)[name]
          if (typeof member === typeof value && Array.isArray(member) === Array.isArray(value)) continue
          const answer = await refused(operation, changed(bodyOf(operation), [name], value))
          expect(answer.status).toBe(422)
          expect(paths(answer)[0]?.split('.')[0]).toBe(name)
        }
      }
    })
  })
})

type Place = string[]

/** The places of all objects in a value, itself first. */
function objectsIn(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.entries(value).flatMap(([name, member]) => objectsIn(member, [...place, name]))
  return Array.isArray(value) ? below : [place, ...below]
}

function textsIn(value: unknown, place: Place = []): Place[] {
  if (typeof value === 'string') return [place]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => textsIn(member, [...place, name]))
}

/** The same with one member replaced or added. */
function changed(value: unknown, [name, ...rest]: Place, member: unknown): unknown {
  if (name === undefined) return member
  const copy = structuredClone(value) as Record<string, unknown>
  copy[name] = changed(copy[name], rest, member)
  return copy
}

const paths = (answer: { body: { errors?: { path: string }[] } }) =>
  (answer.body.errors ?? []).map(({ path }) => path)
const describeBody = (body: unknown) => String(JSON.stringify(body)).slice(0, 200)
