import { beforeAll, describe, expect, it } from 'vitest'
import { sql } from '../../src/database/sql.ts'
import { names, operation, operations } from '../conventions/document.ts'
import { validRequest } from '../conventions/requests.ts'
import { openRoom, type Room } from '../conventions/room.ts'
import { type Engine, engines } from '../support/engines.ts'

const [sqlite] = engines as [Engine]
const ofTheServer = [
  'id',
  'createdAt',
  'updatedAt',
  'revision',
  'articleCount',
  'keyId',
  'partnerId',
  'firstSeenAt',
  'isAdmin',
  'constructor',
]

describe('a request', () => {
  let room: Room

  beforeAll(async () => {
    room = await openRoom(sqlite)
  })

  it('the order is one of a few words, and nothing else reaches the database', async () => {
    const before = await room.seq()
    const sorted = operations.filter((one) => names(one, 'query').includes('sort'))
    expect(sorted.length).toBeGreaterThan(3)
    for (const one of sorted) {
      const { params, query } = await validRequest(room, one)
      for (const sort of [
        'published_at desc',
        'newest; drop table article',
        'id',
        '-newest',
        'newest,id',
        'NEWEST',
        '1',
        '(select 1)',
        'newest--',
        '',
      ]) {
        const { status } = await room.ask(one, { params, query: { ...query, sort } })
        expect(status, `${one.id} ${sort}`).toBe(400)
      }
    }
    expect(await room.seq()).toBeGreaterThanOrEqual(before)
    expect((await room.api.get('/v1/articles')).status).toBe(200)
  })

  it('a filter that finds nothing finds nothing, and one that is empty or unknown is refused', async () => {
    await room.article()
    const found = async (query: string) => (await room.api.get(`/v1/articles?${query}`)).body.data.length
    expect(await found('')).toBeGreaterThan(0)
    for (const query of [
      'source=nothing',
      'tagsAny=nothing',
      'tagsAll=nothing',
      'author=nobody',
      'story=nothing',
      'language=cy',
      'q=nothingofthekind',
    ]) {
      expect(await found(query), query).toBe(0)
    }
    for (const query of [
      'source=',
      'tagsAny=',
      'language=',
      'q=',
      'author=',
      'soruce=x',
      'source[]=x',
      'Source=x',
      'source.id=x',
    ]) {
      expect((await room.api.get(`/v1/articles?${query}`)).status, query).toBe(400)
    }
  })

  it('a limit of nothing is refused, and is never no limit', async () => {
    const limited = operations.filter((one) => names(one, 'query').includes('limit'))
    expect(limited.length).toBeGreaterThan(10)
    for (const one of limited) {
      const { params, query } = await validRequest(room, one)
      for (const limit of ['0', '-1', '00', '', '1e9', '9999999999999999', 'null', 'Infinity']) {
        expect(
          (await room.ask(one, { params, query: { ...query, limit } })).status,
          `${one.id} ${limit}`,
        ).toBe(400)
      }
    }
  })

  it('what a reader may not see is in no total, facet, suggestion or filter', async () => {
    const word = 'zyzzogeton'
    const slug = await room.tag({ name: 'Unseen' })
    const draft = await room.article({
      state: 'draft',
      title: `A ${word} draft`,
      tags: [slug],
      authors: [{ name: 'Una Seen' }],
    })
    const gone = await room.article({
      title: `A ${word} withdrawn`,
      tags: [slug],
      authors: [{ name: 'Una Seen' }],
    })
    await room.api.put(`/v1/articles/${gone}/withdrawal`, {
      body: { reason: 'legal', note: `because of ${word}` },
    })
    for (const key of [null, await room.key(['read'])]) {
      for (const query of [`q=${word}`, `tagsAny=${slug}`, 'author=Una%20Seen']) {
        const { body } = await room.api.get(`/v1/articles?${query}&total=exact`, { key })
        expect([body.data.length, body.page.total], query).toEqual([0, 0])
      }
      const facets = await room.api.get('/v1/articles?q=story&facets=author,tag', { key })
      expect(JSON.stringify(facets.body)).not.toContain('Una Seen')
      expect((await room.api.get(`/v1/tags/${slug}`, { key })).body.articleCount).toBe(0)
      const suggested = await room.api.get(`/v1/search/suggest?q=${word.slice(0, 5)}`, { key })
      expect(JSON.stringify(suggested.body)).not.toContain(word)
      expect(
        String((await room.api.get(`/v1/feeds/articles.rss?tagsAny=${slug}`, { key })).body),
      ).not.toContain(word)
    }
    expect((await room.api.get(`/v1/articles/${draft}`, { key: null })).status).toBe(404)
    for (const query of ['state=draft', 'state=all', 'externalId=x', 'withdrawalReason=legal', 'title=x']) {
      expect([400, 401], query).toContain((await room.api.get(`/v1/articles?${query}`, { key: null })).status)
    }
  })

  it('a member that only the server writes is refused, wherever something is made or changed', async () => {
    const writes = operations.filter((one) => one.types.includes('application/json'))
    for (const one of writes) {
      const { params, query, body } = await validRequest(room, one)
      const own = Object.keys(Object(body))
      for (const name of ofTheServer.filter((member) => !own.includes(member))) {
        const { status } = await room.ask(one, { params, query, body: { ...Object(body), [name]: 'x' } })
        expect(status, `${one.id} ${name}`).toBe(422)
      }
    }
  })

  it('a body is held to its schema however its type is written', async () => {
    const create = operation('createTag')
    for (const type of [
      'application/json',
      'APPLICATION/JSON',
      'application/json; charset=utf-8',
      'application/json;',
      ' application/json ; q=1',
      'application/json;charset="UTF-8"',
      'application/json; charset=latin1',
    ]) {
      const { status } = await room.api.post('/v1/tags', {
        body: { slug: 'x', name: 1, admin: true },
        headers: { 'content-type': type },
      })
      expect([415, 422], `${create.id} ${type}`).toContain(status)
    }
    for (const type of [
      'text/plain',
      'application/jsonp',
      'text/json',
      'application/json-patch+json',
      'application/x-www-form-urlencoded',
    ]) {
      const { status } = await room.api.post('/v1/tags', {
        body: { slug: 'x', name: 'X' },
        headers: { 'content-type': type },
      })
      expect(status, type).toBe(415)
    }
  })

  it('no header of a request becomes part of an address in the answer', async () => {
    const id = await room.article()
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'evil',
      forwarded: 'host=evil.example;proto=evil',
      'x-forwarded-prefix': '/evil',
    }
    for (const path of [
      '/v1/articles?limit=1',
      `/v1/articles/${id}`,
      '/v1/feeds/articles.rss',
      '/v1/feeds/articles.json',
      '/v1/feeds/tags.opml',
      '/v1/nothing',
      '/problems/gone',
      '/openapi.json',
    ]) {
      const answer = await room.api.get(path, { headers })
      const told = JSON.stringify([answer.body, answer.headers])
      expect(told, path).not.toMatch(/evil/)
    }
  })

  it('the health of the process costs the database nothing', async () => {
    let asked = 0
    const counting = {
      ...room.database,
      one: (...query: Parameters<typeof room.database.one>) => {
        asked++
        return room.database.one(...query)
      },
    }
    const other = await openRoom({ ...sqlite, open: async () => counting as typeof room.database })
    asked = 0
    for (let count = 0; count < 20; count++) await other.api.get('/healthz', { key: null })
    expect(asked).toBe(0)
    await other.api.get('/readyz', { key: null })
    expect(asked).toBe(1)
    expect(await room.database.one(sql`select 1 as one`)).toEqual({ one: 1 })
  })
})
