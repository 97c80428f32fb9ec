import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { onEveryEngine } from '../support/engines.ts'
import { type Operation, operation as operationOf, operations } from './document.ts'
import { type Change, type Recipe, recipe } from './nasty.ts'
import { type Valid, validRequest } from './requests.ts'
import { openRoom, type Room } from './room.ts'

/** More of them: `npm run test:long`. */
const runs = process.env.LONG ? 3000 : 600
const seed = 20261123
const busyMachineMs = 120_000

onEveryEngine('whatever is sent', (engine) => {
  let room: Room
  const valid = new Map<string, Valid>()
  const statuses = new Map<number, number>()

  beforeAll(async () => {
    room = await openRoom(engine)
    for (const operation of operations) valid.set(operation.id, await validRequest(room, operation))
  })

  /** Every answer is held to the document by `ask`, and every failure to the form of problems. */
  async function send({ id, params, query, tail, change, headers, key }: Recipe): Promise<void> {
    const operation = operationOf(id)
    const good = valid.get(operation.id) as Valid
    const search = new URLSearchParams([...Object.entries(good.query ?? {}), ...query.map(wellFormed)])
    const type = operation.types[0]
    const answer = await room.ask(operation, {
      params: Object.fromEntries(
        Object.entries(params).map(([name, value]) => [
          name,
          value?.toWellFormed() ?? good.params?.[name] ?? '',
        ]),
      ),
      query: `${search}${tail}`,
      body: type ? bodyOf(operation, good.body, change) : undefined,
      headers: { ...(type && { 'content-type': type }), ...headers },
      key: { admin: undefined, none: null, nonsense: 'nonsense' }[key],
    })
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    // What was used up is made anew.
    if (answer.status < 300 && operation.method !== 'GET') {
      valid.set(operation.id, await validRequest(room, operation))
    }
  }

  it(
    'is answered as the document says, and never fails',
    async () => {
      await fc.assert(fc.asyncProperty(recipe, send), { numRuns: runs, seed, verbose: 1 })
      // Else the requests were all refused for the same reason, and nothing was tried.
      for (const status of [200, 201, 204, 400, 401, 404, 422]) {
        expect(statuses.get(status) ?? 0, `answers ${status}`).toBeGreaterThan(0)
      }
    },
    busyMachineMs,
  )
})

const wellFormed = ([name, value]: [string, string]) => [name.toWellFormed(), value.toWellFormed()]

function bodyOf({ types }: Operation, body: unknown, change: Change): unknown {
  if (change.kind === 'text') return change.text
  if (change.kind === 'whole') return JSON.stringify(change.value)
  const lines = types.includes('application/x-ndjson')
  const whole = lines ? JSON.parse(String(body)) : structuredClone(body)
  if (change.kind !== 'leave') alter(whole, change)
  return JSON.stringify(whole) + (lines ? '\n' : '')
}

function alter(whole: unknown, { kind, nth, name, value }: Extract<Change, { nth: number }>): void {
  const places = placesIn(whole)
  const place = places[nth % places.length]
  if (!place) return
  const [parent, key] = place
  if (kind === 'remove') delete parent[key]
  else
    Object.defineProperty(parent, kind === 'add' ? name : key, {
      value,
      enumerable: true,
      configurable: true,
    })
}

function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => [
    [value as Record<string, unknown>, key] as [Record<string, unknown>, string],
    ...placesIn(member),
  ])
}
