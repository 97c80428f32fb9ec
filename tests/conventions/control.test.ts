import { beforeAll, describe, expect, it } from 'vitest'
import { type Engine, engines } from '../support/engines.ts'
import { checkDocumented, checkTaken } from './answers.ts'
import { operation } from './document.ts'
import { type Answered, openRoom } from './room.ts'

/** The other tests prove something only where the check that all of them rely on finds what is wrong. */
describe('the check of answers against the document', () => {
  const getArticle = operation('getArticle')
  const createArticle = operation('createArticle')
  let good: Answered
  let failed: Answered

  beforeAll(async () => {
    const room = await openRoom(engines[0] as Engine)
    good = await room.ask(getArticle, { params: { id: await room.article() } })
    failed = await room.ask(getArticle, { params: { id: 'nothing' } })
  })

  const check = (change: object, from = good) => checkDocumented(getArticle, { ...from, ...change })
  const body = (members: object) => ({ body: { ...good.body, ...members } })

  it('lets pass what is documented', () => {
    expect(() => check({})).not.toThrow()
    expect(() => check({}, failed)).not.toThrow()
    // Later versions add members.
    expect(() => check(body({ added: 1 }))).not.toThrow()
  })

  it.each([
    ['another status', () => check({ status: 202 })],
    ['another type', () => check({ headers: { ...good.headers, 'content-type': 'text/plain' } })],
    ['another header', () => check({ headers: { ...good.headers, 'retry-after': '1' } })],
    ['a member of another type', () => check(body({ title: 1 }))],
    ['a word that is none of its own', () => check(body({ state: 'deleted' }))],
    ['a time that is none', () => check(body({ publishedAt: '2026-02-30T00:00:00.000Z' }))],
    ['no attribution', () => check(body({ attribution: undefined }))],
    ['a member of a member of another type', () => check(body({ source: { name: 1 } }))],
    ['a problem without its detail', () => check({ body: { ...failed.body, detail: undefined } }, failed)],
  ])('finds %s', (_what, broken) => {
    expect(broken).toThrow()
  })

  it('finds that a body was taken which is not documented', () => {
    const taken = { ...good, status: 201 }
    expect(() => checkTaken(createArticle, { sourceId: 'x', title: 'x' }, taken)).toThrow(/url/)
    expect(() => checkTaken(createArticle, 'null', taken)).toThrow()
  })
})
