import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

const outlet = {
  name: 'Lighthouse Daily',
  homeUrl: 'https://lighthouse.example/',
  feedUrl: 'https://lighthouse.example/feed.xml',
  language: 'en',
  attributionTemplate: '{author}, {source}: “{title}” ({url})',
}

onEveryEngine('sources', (engine) => {
  let database: Database
  let api: Api

  beforeEach(async () => {
    database = await engine.open()
    api = await startApi(database)
  })

  const changes = async () =>
    (await api.get('/v1/changes?types=source.created,source.updated,source.deleted')).body.data.map(
      (change: { type: string; resource: { id: string } }) => `${change.type} ${change.resource.id}`,
    )

  it('a source is added, read, changed and deleted', async () => {
    const created = await api.post('/v1/sources', { body: outlet })
    expect(created.status).toBe(201)
    const { id } = created.body
    expect(created.headers.location).toBe(`/v1/sources/${id}`)
    expect(created.body).toMatchObject({ ...outlet, state: 'active', format: null, articleCount: 0 })
    expect(created.body.health).toEqual({
      lastFetchAt: null,
      lastSuccessAt: null,
      consecutiveFailures: 0,
      lastError: null,
      nextFetchAt: created.body.createdAt,
      httpStatus: null,
    })
    const read = await api.get(`/v1/sources/${id}`)
    expect(read.body).toEqual(created.body)
    expect(read.headers.etag).toBe(created.headers.etag)

    const changed = await api.patch(`/v1/sources/${id}`, { body: { state: 'paused', language: null } })
    expect(changed.body).toMatchObject({ ...outlet, state: 'paused', language: null })
    expect((await api.get(`/v1/sources/${id}`)).body).toEqual(changed.body)

    expect((await api.delete(`/v1/sources/${id}`)).status).toBe(204)
    expect((await api.get(`/v1/sources/${id}`)).status).toBe(404)
    expect(await changes()).toEqual([`source.created ${id}`, `source.updated ${id}`, `source.deleted ${id}`])
  })

  it('a name and a home are all that a source needs, and blanks around a name are dropped', async () => {
    const { body } = await api.post('/v1/sources', { body: { name: ' 青檐科技 ', homeUrl: outlet.homeUrl } })
    expect(body).toMatchObject({
      name: '青檐科技',
      feedUrl: null,
      language: null,
      attributionTemplate: null,
      extraction: 'whenShort',
      timeZone: null,
      tags: [],
      fetchIntervalMinutes: null,
      health: { nextFetchAt: null },
    })
  })

  it('says how its feed is read, and null brings back what holds without', async () => {
    const settings = {
      extraction: 'always',
      timeZone: 'Asia/Shanghai',
      tags: ['chips', '芯片'],
      fetchIntervalMinutes: 30,
    }
    const { body } = await api.post('/v1/sources', {
      body: { ...outlet, ...settings, tags: ['Chips', '芯片', 'chips'] },
    })
    expect(body).toMatchObject(settings)
    const url = `/v1/sources/${body.id}`
    expect((await api.get(url)).body).toEqual(body)
    expect((await api.patch(url, { body: { extraction: 'never' } })).body).toMatchObject({
      ...settings,
      extraction: 'never',
    })
    const cleared = await api.patch(url, { body: { timeZone: null, tags: null, fetchIntervalMinutes: null } })
    expect(cleared.body).toMatchObject({
      extraction: 'never',
      timeZone: null,
      tags: [],
      fetchIntervalMinutes: null,
    })
  })

  it('the language is kept in its canonical form', async () => {
    const { body } = await api.post('/v1/sources', { body: { ...outlet, language: 'ZH-hans-cn' } })
    expect(body.language).toBe('zh-Hans-CN')
  })

  it('a wrong member is refused with 422, which names it', async () => {
    const id = await addSource(api)
    const wrong: [string, object][] = [
      ['name', { name: '  ' }],
      ['name', { name: 'x'.repeat(201) }],
      ['name', { name: null }],
      ['homeUrl', { homeUrl: 'lighthouse.example' }],
      ['homeUrl', { homeUrl: null }],
      ['feedUrl', { feedUrl: 'javascript:alert(1)' }],
      ['feedUrl', { feedUrl: 'https://user:secret@lighthouse.example/feed' }],
      ['language', { language: 'klingonish-x' }],
      ['language', { language: '' }],
      ['attributionTemplate', { attributionTemplate: 'By {editor}' }],
      ['attributionTemplate', { attributionTemplate: '{ source }' }],
      ['attributionTemplate', { attributionTemplate: '{}' }],
      ['attributionTemplate', { attributionTemplate: '' }],
      ['extraction', { extraction: 'sometimes' }],
      ['extraction', { extraction: null }],
      ['timeZone', { timeZone: 'Asia/Atlantis' }],
      ['timeZone', { timeZone: '+8' }],
      ['timeZone', { timeZone: '+15:00' }],
      ['timeZone', { timeZone: '' }],
      ['tags.1', { tags: ['chips', '!'] }],
      ['tags', { tags: Array.from({ length: 21 }, (_, index) => `tag-${index}`) }],
      ['fetchIntervalMinutes', { fetchIntervalMinutes: 4 }],
      ['fetchIntervalMinutes', { fetchIntervalMinutes: 10_081 }],
      ['state', { state: 'failing' }],
      ['state', { state: 'gone' }],
      ['format', { format: 'rss' }],
      ['health', { health: {} }],
      ['articleCount', { articleCount: 5 }],
    ]
    for (const [path, members] of wrong) {
      const created = await api.post('/v1/sources', { body: { ...outlet, ...members } })
      const patched = await api.patch(`/v1/sources/${id}`, { body: members })
      for (const { status, body } of [created, patched]) {
        expect.soft(status, JSON.stringify(members)).toBe(422)
        expect.soft(body.errors?.[0]).toMatchObject({ in: 'body', path })
      }
    }
  })

  it('an unknown placeholder is named, and the known ones are told', async () => {
    const { body } = await api.post('/v1/sources', {
      body: { ...outlet, attributionTemplate: 'By {editor} for {source}' },
    })
    expect(body.detail).toBe(
      'attributionTemplate: There is no placeholder {editor}, only {source}, {title}, {url}, {author}.',
    )
  })

  it('a feed belongs to one source, which the conflict names', async () => {
    const first = await api.post('/v1/sources', { body: outlet })
    const second = await api.post('/v1/sources', { body: { ...outlet, name: 'Another' } })
    expect(second.status).toBe(409)
    expect(second.body.sourceId).toBe(first.body.id)
    expect(second.body.errors[0].path).toBe('feedUrl')

    const third = await api.post('/v1/sources', { body: { ...outlet, feedUrl: null } })
    const patched = await api.patch(`/v1/sources/${third.body.id}`, { body: { feedUrl: outlet.feedUrl } })
    expect(patched.status).toBe(409)
    expect(patched.body.sourceId).toBe(first.body.id)
    const kept = await api.patch(`/v1/sources/${first.body.id}`, { body: { feedUrl: outlet.feedUrl } })
    expect(kept.status).toBe(200)
  })

  it('many sources may have no feed', async () => {
    const ids = [await addSource(api), await addSource(api)]
    expect(new Set(ids).size).toBe(2)
  })

  it('of many who want one feed at the same time exactly one gets it', async () => {
    const posts = Array.from({ length: 6 }, () => api.post('/v1/sources', { body: outlet }))
    expect((await Promise.all(posts)).map((reply) => reply.status).sort()).toEqual([
      201, 409, 409, 409, 409, 409,
    ])
    const ids = await Promise.all(Array.from({ length: 4 }, () => addSource(api)))
    const feedUrl = 'https://lighthouse.example/other.xml'
    const patches = ids.map((id) => api.patch(`/v1/sources/${id}`, { body: { feedUrl } }))
    expect((await Promise.all(patches)).map((reply) => reply.status).sort()).toEqual([200, 409, 409, 409])
    expect((await api.get('/v1/sources')).body.data).toHaveLength(5)
  })

  it('another feed begins without the format and the health of the one before', async () => {
    const { body } = await api.post('/v1/sources', { body: outlet })
    await database.run(sql`
      update source set format = 'atom', consecutive_failures = 3, last_error = 'timed out', http_status = 503
      where id = ${body.id}`)
    expect((await api.get(`/v1/sources/${body.id}`)).body).toMatchObject({
      format: 'atom',
      health: { consecutiveFailures: 3, lastError: 'timed out', httpStatus: 503 },
    })
    const same = await api.patch(`/v1/sources/${body.id}`, { body: { name: 'Lighthouse' } })
    expect(same.body).toMatchObject({ format: 'atom', health: { httpStatus: 503 } })
    const other = await api.patch(`/v1/sources/${body.id}`, { body: { feedUrl: null } })
    expect(other.body).toMatchObject({
      feedUrl: null,
      format: null,
      health: { consecutiveFailures: 0, lastError: null, httpStatus: null },
    })
  })

  it.each(['draft', 'published', 'withdrawn'])('a source with a %s article is not deleted', async (state) => {
    const id = await addSource(api)
    const article = await addArticle(api, id, { state: state === 'draft' ? 'draft' : 'published' })
    if (state === 'withdrawn') {
      await api.put(`/v1/articles/${article.id}/withdrawal`, { body: { reason: 'copyright' } })
    }
    const refused = await api.delete(`/v1/sources/${id}`)
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain('delete them first')
    await api.delete(`/v1/articles/${article.id}`)
    expect((await api.delete(`/v1/sources/${id}`)).status).toBe(204)
  })

  it('a new name, home or template shows on its articles at once, and on no others', async () => {
    const id = await addSource(api, { attributionTemplate: '{source}: {title}' })
    const other = await addSource(api, { name: 'Quarry', attributionTemplate: '{source}: {title}' })
    await addTag(api, 'chips')
    await addArticle(api, id, { title: 'Heron', tags: ['chips'] })
    await addArticle(api, id, { title: 'Egret', state: 'draft' })
    await addArticle(api, other, { title: 'Stone' })
    const cards = async () =>
      [...(await api.get('/v1/articles?state=draft')).body.data, ...(await api.get('/v1/articles')).body.data]
        .map(
          ({ title, source, attribution }) =>
            `${title} | ${source.name} ${source.homeUrl} | ${attribution.text}`,
        )
        .sort()
    await api.patch(`/v1/sources/${id}`, { body: { name: 'Beacon', homeUrl: 'https://beacon.example/' } })
    expect(await cards()).toEqual([
      'Egret | Beacon https://beacon.example/ | Beacon: Egret',
      'Heron | Beacon https://beacon.example/ | Beacon: Heron',
      'Stone | Quarry https://lighthouse.example/ | Quarry: Stone',
    ])
    await api.patch(`/v1/sources/${id}`, { body: { attributionTemplate: null } })
    expect((await cards())[1]).toBe('Heron | Beacon https://beacon.example/ | Beacon')
    expect((await api.get('/v1/articles?tagsAll=chips')).body.data[0].source.name).toBe('Beacon')
  })

  it('counts the published articles, also behind a validator that was read before', async () => {
    const id = await addSource(api)
    const before = await api.get(`/v1/sources/${id}`)
    const article = await addArticle(api, id)
    await addArticle(api, id, { state: 'draft' })
    const headers = { 'if-none-match': before.headers.etag ?? '' }
    const after = await api.get(`/v1/sources/${id}`, { headers })
    expect(after.status).toBe(200)
    expect(after.body.articleCount).toBe(1)
    expect(
      (await api.get(`/v1/sources/${id}`, { headers: { 'if-none-match': after.headers.etag ?? '' } })).status,
    ).toBe(304)
    await api.put(`/v1/articles/${article.id}/withdrawal`, { body: { reason: 'copyright' } })
    expect((await api.get(`/v1/sources/${id}`)).body.articleCount).toBe(0)
  })

  it('a write with an If-Match that is out of date changes nothing', async () => {
    const id = await addSource(api)
    const old = (await api.get(`/v1/sources/${id}`)).headers.etag ?? ''
    expect(
      (await api.patch(`/v1/sources/${id}`, { body: { name: 'B' }, headers: { 'if-match': old } })).status,
    ).toBe(200)
    const late = await api.patch(`/v1/sources/${id}`, { body: { name: 'C' }, headers: { 'if-match': old } })
    expect(late.status).toBe(412)
    expect((await api.delete(`/v1/sources/${id}`, { headers: { 'if-match': old } })).status).toBe(412)
    const now = await api.get(`/v1/sources/${id}`)
    expect(now.body.name).toBe('B')
    const headers = { 'if-match': now.headers.etag ?? '' }
    expect((await api.delete(`/v1/sources/${id}`, { headers })).status).toBe(204)
  })

  it('a POST that is repeated under its Idempotency-Key adds one source', async () => {
    const headers = { 'idempotency-key': 'outlet-1' }
    const first = await api.post('/v1/sources', { body: outlet, headers })
    const again = await api.post('/v1/sources', { body: outlet, headers })
    expect(again.status).toBe(201)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.body).toEqual(first.body)
    expect((await api.get('/v1/sources')).body.data).toHaveLength(1)
  })

  it('the list is paged in the order of adding, while others are added', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await addSource(api, { name })
    const names: string[] = []
    let next: string | null = null
    do {
      const query: string = next === null ? 'limit=2' : `limit=2&cursor=${next}`
      const page = await api.get(`/v1/sources?${query}`)
      names.push(...page.body.data.map((source: { name: string }) => source.name))
      next = page.body.page.next
      expect(page.headers.link === undefined).toBe(next === null)
      if (names.length === 2) await addSource(api, { name: 'f' })
    } while (next !== null)
    expect(names.join('')).toBe('abcdef')
  })

  it('the list is filtered by state and language', async () => {
    await addSource(api, { name: 'a', language: 'en' })
    await addSource(api, { name: 'b', language: 'zh-CN' })
    await addSource(api, { name: 'c', language: 'zh-CN', state: 'paused' })
    const names = async (query: string) =>
      (await api.get(`/v1/sources?${query}`)).body.data
        .map((source: { name: string }) => source.name)
        .join('')
    expect(await names('state=active')).toBe('ab')
    expect(await names('language=ZH-cn')).toBe('bc')
    expect(await names('language=zh-CN&state=paused')).toBe('c')
    expect(await names('state=gone')).toBe('')
  })

  it('a list asked for with a wrong parameter is refused with 400', async () => {
    for (const query of [
      'state=broken',
      'language=!',
      'states=active',
      'limit=0',
      'limit=101',
      'cursor=x',
      'state=active&state=paused',
    ]) {
      expect.soft((await api.get(`/v1/sources?${query}`)).status, query).toBe(400)
    }
  })

  it('a cursor does not continue a list with other filters', async () => {
    for (const name of ['a', 'b']) await addSource(api, { name })
    const { next } = (await api.get('/v1/sources?limit=1')).body.page
    expect((await api.get(`/v1/sources?limit=1&state=active&cursor=${next}`)).status).toBe(400)
  })

  it('what does not exist is a 404 for every method', async () => {
    expect((await api.get('/v1/sources/none')).status).toBe(404)
    expect((await api.patch('/v1/sources/none', { body: {} })).status).toBe(404)
    expect((await api.delete('/v1/sources/none')).status).toBe(404)
  })
})
