import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { bare, type Link, linksOf } from './links.ts'

onEveryEngine('writing related links', (engine) => {
  let database: Database
  let api: Api
  let sourceId: string
  let articleId: string
  let links: ReturnType<typeof linksOf>

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
    sourceId = await addSource(api)
    articleId = (await addArticle(api, sourceId)).id
    links = linksOf(api, articleId)
  })

  it('makes a link to an article and shows its card', async () => {
    const target = await addArticle(api, sourceId, { title: 'The other story' })
    const created = await api.post(links.path, {
      body: { kind: 'followUp', note: 'A day later.', target: { articleId: target.id } },
    })
    expect(created.status).toBe(201)
    expect(created.headers.location).toBe(`${links.path}/${created.body.id}`)
    expect(created.body).toMatchObject({
      kind: 'followUp',
      origin: 'editorial',
      position: 0,
      score: null,
      reasons: [],
      note: 'A day later.',
      target: { article: { id: target.id, title: 'The other story', attribution: { required: true } } },
    })
    const read = await api.get(created.headers.location)
    expect(read.body).toEqual(created.body)
    expect(read.headers.etag).toBe(created.headers.etag)
    expect((await links.list()).data).toEqual([created.body])
    expect(await links.linkChanges()).toMatchObject([
      { type: 'link.created', resource: { type: 'link', id: created.body.id }, revision: null },
    ])
  })

  it('makes a link to an address elsewhere', async () => {
    const link = await links.add(bare('Heron 1, a year on', { kind: 'background' }))
    expect(link).toMatchObject({
      kind: 'background',
      note: null,
      target: { url: 'https://elsewhere.example/Heron%201%2C%20a%20year%20on', title: 'Heron 1, a year on' },
    })
  })

  it('takes a repeated POST with one Idempotency-Key for one link', async () => {
    const request = { body: bare('A'), headers: { 'idempotency-key': 'one' } }
    const first = await api.post(links.path, request)
    const second = await api.post(links.path, request)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.body).toEqual(first.body)
    expect(await links.ids()).toEqual([first.body.id])
  })

  it.each([
    ['kind', { kind: 'cousin', target: { url: 'https://a.example/', title: 'A' } }],
    ['origin', bare('A', { origin: 'computed' })],
    ['position', bare('A', { position: -1 })],
    ['score', bare('A', { score: 1 })],
    ['target', { kind: 'related', target: {} }],
    ['target.other', { kind: 'related', target: { title: 'A', other: 1 } }],
    ['target.url', { kind: 'related', target: { title: 'A headline alone' } }],
    ['target.url', { kind: 'related', target: { title: 'A', url: 'javascript:alert(1)' } }],
    ['target', { kind: 'related', target: { url: 'https://a.example/' } }],
    ['target.title', { kind: 'related', target: { url: 'https://a.example/', title: ' ' } }],
    ['target', { kind: 'related', target: { articleId: 'x', title: 'A' } }],
    ['target.articleId', { kind: 'related', target: { articleId: 'nobody' } }],
  ])('refuses a wrong %s', async (path, body) => {
    const answer = await api.post(links.path, { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
    expect(await links.linkChanges()).toEqual([])
  })

  it('refuses a link from an article to itself, and one to a withdrawn article', async () => {
    const target = await addArticle(api, sourceId)
    await api.put(`/v1/articles/${target.id}/withdrawal`, { body: { reason: 'error' } })
    for (const id of [articleId, target.id]) {
      const answer = await api.post(links.path, { body: { kind: 'related', target: { articleId: id } } })
      expect(answer.status).toBe(422)
      expect(answer.body.errors[0].path).toBe('target.articleId')
    }
  })

  it('refuses a second editorial link of one kind to one target, naming the first', async () => {
    const target = await addArticle(api, sourceId)
    const first = await links.add({ kind: 'related', target: { articleId: target.id } })
    const address = await links.add(bare('A'))
    const again = await api.post(links.path, { body: { kind: 'related', target: { articleId: target.id } } })
    expect(again.status).toBe(409)
    expect(again.body.linkId).toBe(first.id)
    const tracked = { url: `${address.target.url}?utm_source=mail`, title: 'Another headline' }
    const sameAddress = await api.post(links.path, { body: { kind: 'related', target: tracked } })
    expect([sameAddress.status, sameAddress.body.linkId]).toEqual([409, address.id])
    const other = await links.add({ kind: 'background', target: { articleId: target.id } })
    const turned = await api.patch(`${links.path}/${other.id}`, { body: { kind: 'related' } })
    expect([turned.status, turned.body.linkId]).toEqual([409, first.id])
  })

  it('changes a link and moves it', async () => {
    const [a, b, c] = [await links.add(bare('A')), await links.add(bare('B')), await links.add(bare('C'))]
    const patch = { kind: 'background', note: 'Why.', position: 0, target: { title: 'C, corrected' } }
    const answer = await api.patch(`${links.path}/${c.id}`, { body: patch })
    expect(answer.body).toMatchObject(patch)
    expect(await links.ids()).toEqual([c.id, a.id, b.id])
    const cleared = await api.patch(`${links.path}/${c.id}`, { body: { note: null, position: 99 } })
    expect(cleared.body).toMatchObject({ note: null, position: 2, kind: 'background' })
    expect(await links.ids()).toEqual([a.id, b.id, c.id])
    expect((await links.list()).data.map((link: Link) => link.position)).toEqual([0, 1, 2])
  })

  it('writes nothing for a patch that changes nothing', async () => {
    const a = await links.add(bare('A', { note: 'Why.' }))
    const before = await api.get(`${links.path}/${a.id}`)
    const answer = await api.patch(`${links.path}/${a.id}`, {
      body: { kind: 'related', note: 'Why.', position: 0 },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.etag).toBe(before.headers.etag)
    expect(await links.linkChanges()).toHaveLength(1)
  })

  it('refuses a title for an article', async () => {
    const target = await addArticle(api, sourceId)
    const link = await links.add({ kind: 'related', target: { articleId: target.id } })
    const titled = await api.patch(`${links.path}/${link.id}`, { body: { target: { title: 'Mine' } } })
    expect([titled.status, titled.body.errors[0].path]).toEqual([422, 'target.title'])
  })

  it('refuses a write on a version that was left behind, and takes the present one', async () => {
    const link = await links.add(bare('A'))
    const path = `${links.path}/${link.id}`
    const { etag } = (await api.get(path)).headers
    const headers = { 'if-match': String(etag) }
    expect((await api.patch(path, { body: { note: 'x' }, headers })).status).toBe(200)
    expect((await api.patch(path, { body: { note: 'y' }, headers })).status).toBe(412)
    expect((await api.delete(path, { headers })).status).toBe(412)
    const fresh = { 'if-match': String((await api.get(path)).headers.etag) }
    expect((await api.delete(path, { headers: fresh })).status).toBe(204)
  })

  it('answers for an article that is not there as its own page does', async () => {
    const link = await links.add(bare('A'))
    const statuses = async (path = links.path) => {
      const answers = await Promise.all([
        api.get(path),
        api.get(`${path}/${link.id}`),
        api.post(path, { body: bare('B') }),
        api.put(path, { body: { order: [link.id] } }),
        api.patch(`${path}/${link.id}`, { body: { note: 'x' } }),
        api.delete(`${path}/${link.id}`),
      ])
      return answers.map((answer) => answer.status)
    }
    await api.put(`/v1/articles/${articleId}/withdrawal`, { body: { reason: 'error' } })
    expect(await statuses()).toEqual(Array(6).fill(410))
    await api.delete(`/v1/articles/${articleId}/withdrawal`)
    await api.delete(`/v1/articles/${articleId}`)
    expect(await statuses()).toEqual(Array(6).fill(410))
    expect(await statuses('/v1/articles/nobody/related')).toEqual(Array(6).fill(404))
  })

  it('has links of its own article only', async () => {
    const link = await links.add(bare('A'))
    const other = await addArticle(api, sourceId)
    expect((await api.get(`/v1/articles/${other.id}/related/${link.id}`)).status).toBe(404)
    expect((await api.delete(`/v1/articles/${other.id}/related/${link.id}`)).status).toBe(404)
  })

  it('takes no writes without a key', async () => {
    const link = await links.add(bare('A'))
    const answers = await Promise.all([
      api.post(links.path, { key: null, body: bare('B') }),
      api.put(links.path, { key: null, body: { order: [link.id] } }),
      api.patch(`${links.path}/${link.id}`, { key: null, body: { note: 'x' } }),
      api.delete(`${links.path}/${link.id}`, { key: null }),
    ])
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401])
    expect(await links.list()).toMatchObject({ data: [{ id: link.id, note: null }] })
  })
})
