import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { guarded, isArray, names, type Operation, operations, valueFor } from './document.ts'
import { type Valid, validRequest } from './requests.ts'
import { type Asked, openRoom } from './room.ts'

/** Names that a filter may be misspelt as, and such as mean something to JavaScript or to a parser of queries. */
const unknownNames = [
  'limti',
  '__proto__',
  'constructor',
  'toString',
  'limit[]',
  'limit.x',
  '',
  ' ',
  '标签',
  'ID',
]
/** Ids of nothing: of the right form, of another, and such as something else might take for a part of its own. */
const absentIds = [
  '019ab2c4-0000-7000-8000-000000000000',
  'nothing',
  '0',
  '-1',
  ' ',
  '*',
  '%',
  'a/b',
  '../articles',
  '..%2f',
  'null',
  "'; drop table article; --",
  '<script>alert(1)</script>',
  '没有',
  '\u{1f4f0}',
  '\u202e',
  '__proto__',
  'lookup',
  'x'.repeat(100),
]

const search = (query: Record<string, string> = {}, more: [string, string][]) =>
  String(new URLSearchParams([...Object.entries(query), ...more]))
const paths = (answer: { body: { errors?: { path: string }[] } }) =>
  (answer.body.errors ?? []).map(({ path }) => path)

/** What each operation succeeds with, once for all tests: they are refused, so that nothing becomes of what they name. */
async function openWithRequests(engine: Engine) {
  const room = await openRoom(engine)
  const valid = new Map<string, Valid>()
  for (const operation of operations) valid.set(operation.id, await validRequest(room, operation))
  return {
    seq: room.seq,
    valid: ({ id }: Operation) => valid.get(id) as Valid,
    ask: (operation: Operation, more: Asked) =>
      room.ask(operation, { ...valid.get(operation.id), ...typed(operation), ...more }),
  }
}

// Refused before the database is asked, so that one engine will do.
describe('the query', () => {
  let room: Awaited<ReturnType<typeof openWithRequests>>

  beforeAll(async () => {
    room = await openWithRequests(engines[0] as Engine)
  })

  it.each(guarded)(
    'of $method $path is refused for a parameter that there is not, by name',
    async (operation) => {
      const before = await room.seq()
      for (const name of unknownNames) {
        const answer = await room.ask(operation, {
          query: search(room.valid(operation).query, [[name, '1']]),
        })
        expect(answer.status, name).toBe(400)
        expect(paths(answer)).toContain(name)
      }
      expect(await room.seq()).toBe(before)
    },
  )

  const scalars = operations.flatMap((operation) =>
    operation.parameters
      .filter((parameter) => parameter.in === 'query' && !isArray(parameter))
      .map(({ name, schema }) => ({ operation, path: operation.path, name, value: valueFor(schema) })),
  )
  it.each(scalars)('of $path takes $name once', async ({ operation, name, value }) => {
    const once = search(room.valid(operation).query, [[name, value]])
    const answer = await room.ask(operation, { query: `${once}&${search({}, [[name, value]])}` })
    expect(answer.status).toBe(400)
    expect(paths(answer)).toContain(name)
  })
})

onEveryEngine('an address', (engine) => {
  let room: Awaited<ReturnType<typeof openWithRequests>>

  beforeAll(async () => {
    room = await openWithRequests(engine)
  })

  const cases = operations.flatMap((operation) =>
    names(operation, 'path')
      // The last name of a PUT may be of what it makes.
      .filter(
        (_name, index, all) =>
          !(operation.method === 'PUT' && operation.responses[201] && index === all.length - 1),
      )
      .map((name) => ({ operation, method: operation.method, path: operation.path, name })),
  )
  it.each(cases)('$method $path is 404 where its $name names nothing', async ({ operation, name }) => {
    const before = await room.seq()
    for (const absent of absentIds) {
      const answer = await room.ask(operation, {
        params: { ...room.valid(operation).params, [name]: absent },
      })
      expect([400, 404], `${absent}: ${answer.status}`).toContain(answer.status)
    }
    const params = {
      ...room.valid(operation).params,
      [name]: isNumber(operation, name) ? '999' : (absentIds[0] as string),
    }
    expect((await room.ask(operation, { params })).status).toBe(404)
    expect(await room.seq()).toBe(before)
  })

  it.each(cases)('$method $path is refused with a $name of any length', async ({ operation, name }) => {
    for (const length of [101, 1000]) {
      const answer = await room.ask(operation, {
        params: { ...room.valid(operation).params, [name]: 'x'.repeat(length) },
      })
      expect([400, 404], `${length}: ${answer.status}`).toContain(answer.status)
    }
  })
})

const typed = ({ types: [type] }: Operation) => (type ? { headers: { 'content-type': type } } : {})
const isNumber = ({ parameters }: Operation, name: string) =>
  parameters.some((parameter) => parameter.name === name && parameter.schema.type === 'integer')
