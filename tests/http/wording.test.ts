import { expect, it } from 'vitest'
import { z } from 'zod'
import { invalidInput } from '../../src/http/field-errors.ts'
import { startApi } from '../support/api.ts'
import { engines } from '../support/engines.ts'

const Shape = z.strictObject({
  text: z.string().min(1).max(5),
  long: z.string().min(3),
  count: z.int().min(2).max(9),
  list: z.array(z.string()).min(1).max(2),
  word: z.enum(['one', 'two', 'three']),
  only: z.literal('this'),
  yes: z.boolean(),
  parts: z.object({ a: z.string() }),
})

function wordsFor(input: unknown): Record<string, string> {
  const { error } = Shape.safeParse(input)
  const { errors = [] } = invalidInput(error as z.ZodError, 'body').details
  return Object.fromEntries(errors.map(({ path, message }) => [path, message]))
}

it('says what to send instead, in words of its own', () => {
  expect(
    wordsFor({ text: '', long: 'a', count: 1, list: [], word: 'x', only: 1, yes: 'y', parts: [] }),
  ).toEqual({
    text: 'Must not be empty.',
    long: 'Expected at least 3 characters.',
    count: 'Expected at least 2.',
    list: 'Expected at least 1 value.',
    word: 'Expected one, two or three.',
    only: 'Expected this.',
    yes: 'Expected true or false, not a text.',
    parts: 'Expected an object, not a list.',
  })
  expect(
    wordsFor({ text: 'abcdef', long: null, count: 10, list: ['', '', ''], word: ['one'], parts: { a: 1 } }),
  ).toEqual({
    text: 'Expected at most 5 characters.',
    long: 'Expected a text, not null.',
    count: 'Expected at most 9.',
    list: 'Expected at most 2 values.',
    word: 'Expected one value, not several.',
    only: 'Is missing: expected this.',
    yes: 'Is missing.',
    'parts.a': 'Expected a text, not a number.',
  })
  expect(wordsFor({ count: 1.5 }).count).toBe('Expected a whole number.')
  const { error } = Shape.safeParse({ count: 2 ** 60 })
  const beyond = invalidInput(error as z.ZodError, 'body').details.errors?.filter(
    ({ path }) => path === 'count',
  )
  expect(beyond?.map(({ message }) => message)).toEqual(['Expected at most 9.'])
  expect(wordsFor('text')).toEqual({ '': 'Expected an object, not a text.' })
})

it('says what a parameter takes, also where it is sent twice', async () => {
  const [sqlite] = engines
  const api = await startApi(await (sqlite as (typeof engines)[0]).open())
  for (const [query, message] of [
    ['limit=0', 'Expected a whole number from 1 to 100.'],
    ['limit=-1', 'Expected a whole number from 1 to 100.'],
    ['limit=9999999999999999', 'Expected a whole number from 1 to 100.'],
    ['limit=many', 'Expected a whole number from 1 to 100.'],
    ['limit=1&limit=2', 'Expected one value, not several.'],
    ['sort=newest&sort=oldest', 'Expected one value, not several.'],
    ['q=a&highlight=yes', 'Expected true or false.'],
    [
      'publishedAfter=2026-11-23',
      'Expected a time with its offset, such as 2026-11-23T06:08:00Z or 2026-11-23T14:08:00+08:00.',
    ],
    ['tagsAll=', 'Must not be empty.'],
  ]) {
    const { body } = await api.get(`/v1/articles?${query}`)
    expect(
      body.errors.map((error: { message: string }) => error.message),
      query,
    ).toEqual([message])
  }
  const { body } = await api.get('/v1/articles/lookup')
  expect(body.detail).toBe('url: Is missing.')
})

it('says where JSON ends to be JSON, and which members it does not take', async () => {
  const [sqlite] = engines
  const api = await startApi(await (sqlite as (typeof engines)[0]).open())
  const detail = async (body: string) => {
    const headers = { 'content-type': 'application/json' }
    return (await api.post('/v1/tags', { body, headers })).body.detail
  }
  expect(await detail('{"slug": "a" "name"}')).toMatch(/^The body is no JSON: .*position 13/)
  expect(await detail('{"__proto__": {}, "slug": "a"}')).toMatch(/`__proto__`/)
})
