import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { creations, operation } from './document.ts'
import { type Valid, validRequest } from './requests.ts'
import { openRoom, type Room } from './room.ts'

const json = { 'content-type': 'application/json' }
const maxErrors = 100
const patienceMs = 5_000

const deep = (depth: number, inside: string) => `${'[1,'.repeat(depth)}${inside}${']'.repeat(depth)}`
const many = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i))

/** As much as a body may have, of what is dear to read or to complain of. */
const bodies: Record<string, string> = {
  'nested as deep as it is long': deep(200_000, '1'),
  'NUL at the bottom': deep(150_000, '"\\u0000"'),
  'NUL all over': `[${many(100_000, () => '"\\u0000"').join(',')}]`,
  'unknown members without end': `{${many(60_000, (index) => `"member${index}":1`).join(',')}}`,
  'one long unknown name': `{"${'x'.repeat(900_000)}":1}`,
  'long lists of what is wrong': `{"authors":[${many(100_000, () => '1').join(',')}],"tags":[${many(100_000, () => '{}').join(',')}]}`,
  'a name in many languages': `{"names":{${many(5_000, (index) => `"x-${index}":" "`).join(',')}}}`,
  'digits without end': `{"overlapSeconds":${'9'.repeat(1_000_000)}}`,
  'blanks without end': `{${' '.repeat(1_000_000)}}`,
  'escapes without end': `{"title":"${'\\u00e9'.repeat(150_000)}"}`,
  'tags without end': `{"title":"x","body":{"html":"${'<a><b>'.repeat(150_000)}"}}`,
}

// Refused before the database is asked, so that one engine will do.
describe('a hostile body', () => {
  let room: Room
  const valid = new Map<string, Valid>()

  beforeAll(async () => {
    room = await openRoom(engines[0] as Engine)
    for (const operation of creations) valid.set(operation.id, await validRequest(room, operation))
  })

  it.each(creations)('for $method $path is refused at once, in few words', async (operation) => {
    for (const [name, body] of Object.entries(bodies)) {
      const started = performance.now()
      const answer = await room.ask(operation, { ...valid.get(operation.id), body, headers: json })
      expect(performance.now() - started, name).toBeLessThan(patienceMs)
      // Blanks around nothing are nothing, which some operations take.
      if (answer.status < 300) expect(name).toBe('blanks without end')
      expect(answer.bytes.length, name).toBeLessThan(4 * body.length)
      expect(answer.body.errors?.length ?? 0, name).toBeLessThanOrEqual(maxErrors)
    }
  })
})

onEveryEngine('an import', (engine) => {
  it('goes on behind every kind of bad line, and keeps what is good', async () => {
    const room = await openRoom(engine)
    const importing = operation('importArticles')
    const line = async () => String((await validRequest(room, importing)).body).trim()
    const bad = [
      '{',
      'null',
      '[]',
      '"x"',
      '{}',
      `{"a":${deep(100_000, '"\\u0000"')}}`,
      deep(500_000, '1'),
      (await line()).replace('Heron 2', 'Heron\\u0000 2'),
      (await line()).replace('Heron 2', 'Heron\\ud800 2'),
      (await line()).replace('"title"', '"unheardOf"'),
      (await line()).replace(room.sourceId, 'nothing'),
      (await line()).replace('{', '{"__proto__":{"a":1},'),
      `{"title":"${'x'.repeat(5_000_000)}"}`,
      Buffer.from([0x7b, 0xff, 0x7d]),
      Buffer.from([0]),
    ]
    const good = [await line(), `  ${await line()}`, `${await line()}\r`]
    const newline = Buffer.from('\n')
    const lines = [good[0], ...bad, '', ' ', good[1], good[2]].map((text) => Buffer.from(text as string))
    const body = Buffer.concat(lines.flatMap((bytes) => [bytes, newline]))
    const answer = await room.ask(importing, { body, headers: { 'content-type': 'application/x-ndjson' } })
    expect(answer.status).toBe(200)
    const results = String(answer.body)
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
    const last = lines.length
    expect(results.map(({ line, status }) => [line, status])).toEqual([
      [1, 'created'],
      ...bad.map((_, index) => [index + 2, 'failed']),
      [last - 1, 'created'],
      [last, 'created'],
    ])
    for (const { problem } of results) expect(problem?.code).not.toBe('internal')
  })
})
