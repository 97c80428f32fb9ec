import { describe, expect, it } from 'vitest'
import { operation } from '../conventions/document.ts'
import type { ApiReply } from '../support/api.ts'
import { faultsOf, withFault } from './faults.ts'
import { judge } from './judging.ts'
import { bodySchema } from './recipes.ts'
import { conforms } from './schemas.ts'

const createTag = operation('createTag')
const request = {
  method: 'POST',
  url: '/v1/tags',
  headers: {},
  body: '{}',
  wrong: undefined,
  role: ['admin'],
}
const answer = (status: number, body: unknown = {}) =>
  ({ status, headers: {}, body, bytes: Buffer.alloc(0) }) as unknown as ApiReply

/** The generated requests prove something only where a server that does wrong would be found. */
describe('the judge of answers', () => {
  it.each([
    ['a request that makes it fail', { answer: answer(500) }],
    ['a body that the document forbids and that is taken', { wrong: 'x', answer: answer(201) }],
    [
      'a body that the document allows and that is refused',
      { answer: answer(422, { errors: [{ in: 'body', path: 'name', message: 'No.' }] }) },
    ],
    ['a good request that cannot be read', { answer: answer(400, { errors: [] }) }],
    ['somebody who is let in', { role: ['read'], answer: answer(201) }],
    ['somebody who is kept out', { answer: answer(403) }],
    ['a method that is refused in silence', { method: 'PUT', answer: answer(405) }],
  ])('finds %s', (_what, change) => {
    expect(judge(createTag, { ...request, answer: answer(201), ...(change as object) })).toEqual(
      expect.any(String),
    )
  })

  it('lets pass what is right', () => {
    expect(judge(createTag, { ...request, answer: answer(201) })).toBeUndefined()
    expect(judge(createTag, { ...request, wrong: 'x', answer: answer(422) })).toBeUndefined()
    expect(judge(createTag, { ...request, role: ['read'], answer: answer(403) })).toBeUndefined()
    expect(judge(createTag, { ...request, answer: answer(409) })).toBeUndefined()
  })
})

it('a body is changed in every way that breaks its schema', () => {
  const schema = bodySchema(createTag) ?? {}
  const good = { slug: 'chips', name: 'Chips', names: { en: 'Chips' }, aliases: ['silicon'] }
  const broken = faultsOf(schema, good)
    .map((fault) => withFault(good, fault))
    .filter((value) => !conforms(schema, value))
  expect(conforms(schema, good)).toBe(true)
  expect(broken).toContainEqual({ name: 'Chips', names: { en: 'Chips' }, aliases: ['silicon'] })
  expect(broken).toContainEqual({ ...good, name: '' })
  expect(broken).toContainEqual({ ...good, name: 'x'.repeat(101) })
  expect(broken).toContainEqual({ ...good, unheardOf: 1 })
  expect(broken).toContainEqual({ ...good, aliases: [1.5] })
  expect(broken).toContainEqual({ ...good, names: { en: null } })
  expect(broken.length).toBeGreaterThan(50)
})
