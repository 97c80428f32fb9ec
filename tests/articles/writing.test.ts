import { beforeEach, expect, it } from 'vitest'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addArticle, addSource, addTag, allIds } from './newsroom.ts'

onEveryEngine('writing articles', (engine) => {
  let api: Api
  let sourceId: string

  beforeEach(async () => {
    api = await startApi(await engine.open())
    sourceId = await addSource(api)
  })

  const minimal = (members = {}) => ({
    sourceId,
    url: 'https://lighthouse.example/a',
    title: 'Heron 2',
    publishedAt: '2026-11-23T14:08:00+08:00',
    ...members,
  })
  const changeTypes = async () =>
    (await api.get('/v1/changes?limit=1000')).body.data.map((change: { type: string }) => change.type)

  it('makes an article with all that is derived', async () => {
    const created = await api.post('/v1/articles', {
      body: minimal({
        body: { html: '<h2>Power</h2><p>Half a watt.</p>' },
        authors: [{ name: 'Mara Quill' }],
      }),
    })
    expect(created.status).toBe(201)
    expect(created.headers.location).toBe(`/v1/articles/${created.body.id}`)
    expect(created.headers.etag).toBe('"v1"')
    expect(created.body).toMatchObject({
      publishedAt: '2026-11-23T06:08:00.000Z',
      language: 'en',
      state: 'published',
      revision: 1,
      wordCount: 4,
      readingMinutes: 1,
      authors: [{ name: 'Mara Quill', url: null, role: 'author' }],
      toc: [{ anchor: 'power', level: 2, title: 'Power' }],
      body: { html: '<h2 id="power">Power</h2><p>Half a watt.</p>', text: 'Power\nHalf a watt.' },
      attribution: { text: 'Lighthouse Daily', rightsHolder: 'Lighthouse Daily', required: true },
    })
    expect((await api.get(created.headers.location)).body).toEqual(created.body)
  })

  it('makes the credit from the template of the source where none is sent', async () => {
    const other = await addSource(api, {
      name: '音符科技网',
      attributionTemplate: '来源:{source},作者:{author}({url})',
    })
    const article = await addArticle(api, other, { url: 'https://a.example/1', authors: [{ name: '李雷' }] })
    expect(article.attribution.text).toBe('来源:音符科技网,作者:李雷(https://a.example/1)')
  })

  it.each([
    ['sourceId', { sourceId: 'nobody' }],
    ['title', { title: '  ' }],
    ['url', { url: 'ftp://a.example/' }],
    ['url', { url: '/relative' }],
    ['publishedAt', { publishedAt: 'yesterday' }],
    ['publishedAt', { publishedAt: '2026-02-30T00:00:00Z' }],
    ['language', { language: 'english!' }],
    ['tags.0', { tags: ['no-such-tag'] }],
    ['translationOf.articleId', { translationOf: { articleId: 'none' } }],
    ['body', { body: { html: '<p>', text: 'x' } }],
    ['titel', { titel: 'typo' }],
    ['authors.0.nmae', { authors: [{ name: 'x', nmae: 'y' }] }],
    ['title', { title: 'a\u0000b' }],
    ['summary', { summary: '\ud800' }],
    ['state', { state: 'withdrawn' }],
  ])('refuses a wrong %s and names it', async (path, members) => {
    const answer = await api.post('/v1/articles', { body: minimal(members) })
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path)
    expect(await allIds(api, '/v1/articles')).toEqual([])
  })

  it('has one article of a source at an address, whatever form of it is sent', async () => {
    const first = await addArticle(api, sourceId, { url: 'https://m.lighthouse.example/a/?utm_source=x' })
    const second = await api.post('/v1/articles', { body: minimal({ url: 'http://lighthouse.example/a' }) })
    expect(second.status).toBe(409)
    expect(second.body.articleId).toBe(first.id)
  })

  it('lets another source publish at the same address', async () => {
    await addArticle(api, sourceId, { url: 'https://lighthouse.example/a' })
    const other = await addSource(api, { name: 'Other' })
    expect((await api.post('/v1/articles', { body: minimal({ sourceId: other }) })).status).toBe(201)
  })

  it('keeps what a patch leaves out, clears what it nulls, and makes a revision', async () => {
    const article = await addArticle(api, sourceId, {
      summary: 'Old',
      body: { text: 'Text' },
      language: 'fr',
    })
    const patched = await api.patch(`/v1/articles/${article.id}`, { body: { summary: null, title: 'New' } })
    expect(patched.status).toBe(200)
    expect(patched.headers.etag).toBe('"v2"')
    expect(patched.body).toMatchObject({
      title: 'New',
      summary: null,
      language: 'fr',
      revision: 2,
      body: { text: 'Text' },
    })
    const former = await api.get(`/v1/articles/${article.id}/revisions/1`)
    expect(former.body.content).toMatchObject({
      title: article.title,
      summary: 'Old',
      body: { html: '<p>Text</p>' },
    })
    const revisions = await api.get(`/v1/articles/${article.id}/revisions`)
    expect(revisions.body.data.map((revision: { revision: number }) => revision.revision)).toEqual([2, 1])
  })

  it('takes merge-patch+json', async () => {
    const { id } = await addArticle(api, sourceId)
    const patched = await api.patch(`/v1/articles/${id}`, {
      body: { title: 'New' },
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect(patched.body.title).toBe('New')
  })

  it('merges the attribution member by member', async () => {
    const { id } = await addArticle(api, sourceId, { attribution: { text: 'Credit', licence: 'CC-BY-4.0' } })
    const patched = await api.patch(`/v1/articles/${id}`, { body: { attribution: { licence: null } } })
    expect(patched.body.attribution).toMatchObject({ text: 'Credit', licence: null })
  })

  it('writes nothing for a patch that changes nothing', async () => {
    const { id, title } = await addArticle(api, sourceId)
    const before = await changeTypes()
    const patched = await api.patch(`/v1/articles/${id}`, { body: { title } })
    expect(patched.body.revision).toBe(1)
    expect(patched.headers.etag).toBe('"v1"')
    expect(await changeTypes()).toEqual(before)
  })

  it('refuses a write that was made from an older version', async () => {
    const { id } = await addArticle(api, sourceId)
    await api.patch(`/v1/articles/${id}`, { body: { title: 'Second' } })
    for (const [method, path, body] of [
      ['PATCH', '', { title: 'Third' }],
      ['DELETE', '', undefined],
      ['PUT', '/withdrawal', { reason: 'x' }],
      ['PUT', '/tags/x', undefined],
    ] as const) {
      const answer = await api.request(method, `/v1/articles/${id}${path}`, {
        body,
        headers: { 'if-match': '"v1"' },
      })
      expect(answer.status).toBe(412)
    }
    const good = await api.patch(`/v1/articles/${id}`, {
      body: { title: 'Third' },
      headers: { 'if-match': '"v1", "v2-x"' },
    })
    expect(good.status).toBe(200)
  })

  it('moves the time of content only with the content', async () => {
    const article = await addArticle(api, sourceId)
    await addTag(api, 'chips')
    const tagged = await api.put(`/v1/articles/${article.id}/tags/chips`)
    expect(tagged.body).toMatchObject({
      revision: 2,
      contentChangedAt: article.contentChangedAt,
      tags: [{ slug: 'chips', name: 'CHIPS' }],
    })
    expect((await api.put(`/v1/articles/${article.id}/tags/chips`)).body.revision).toBe(2)
    expect((await api.delete(`/v1/articles/${article.id}/tags/chips`)).body).toMatchObject({
      revision: 3,
      tags: [],
    })
    expect((await api.put(`/v1/articles/${article.id}/tags/none`)).status).toBe(404)
  })

  it('pushes by external id: made, unchanged, brought up to date', async () => {
    const path = `/v1/sources/${sourceId}/articles/heron-2`
    const { sourceId: _, ...body } = minimal({ summary: 'First' })
    const made = await api.put(path, { body })
    expect(made.status).toBe(201)
    const again = await api.put(path, { body })
    expect(again.status).toBe(200)
    expect(again.body).toEqual(made.body)
    const changed = await api.put(path, {
      body: { ...body, title: 'Heron 2, corrected', summary: undefined },
    })
    expect(changed.body).toMatchObject({
      id: made.body.id,
      title: 'Heron 2, corrected',
      summary: null,
      revision: 2,
    })
    expect((await changeTypes()).filter((type: string) => type.startsWith('article.'))).toEqual([
      'article.published',
      'article.revised',
    ])
    const createOnly = await api.put(path, { body, headers: { 'if-none-match': '*' } })
    expect(createOnly.status).toBe(412)
  })

  it('takes over an article that came without an external id, and keeps its tags', async () => {
    await addTag(api, 'chips')
    const article = await addArticle(api, sourceId, { url: 'https://lighthouse.example/a', tags: ['chips'] })
    const { sourceId: _, ...body } = minimal()
    const pushed = await api.put(`/v1/sources/${sourceId}/articles/x-1`, { body })
    expect(pushed.body).toMatchObject({ id: article.id, externalId: 'x-1', tags: [{ slug: 'chips' }] })
    const clash = await api.put(`/v1/sources/${sourceId}/articles/x-2`, { body })
    expect(clash.status).toBe(409)
  })

  it('shows a draft only to who has a key, and publishes it', async () => {
    const draft = await addArticle(api, sourceId, { state: 'draft' })
    expect((await api.get(`/v1/articles/${draft.id}`, { key: null })).status).toBe(404)
    expect((await api.get(`/v1/articles/${draft.id}`)).status).toBe(200)
    expect(await allIds(api, '/v1/articles')).toEqual([])
    expect((await api.get('/v1/articles?state=draft', { key: null })).status).toBe(401)
    expect(await allIds(api, '/v1/articles?state=draft')).toEqual([draft.id])
    expect((await api.get(`/v1/sources/${sourceId}`)).body.articleCount).toBe(0)
    await api.patch(`/v1/articles/${draft.id}`, { body: { state: 'published' } })
    expect(await allIds(api, '/v1/articles')).toEqual([draft.id])
    expect((await api.get(`/v1/sources/${sourceId}`)).body.articleCount).toBe(1)
    expect((await api.patch(`/v1/articles/${draft.id}`, { body: { state: 'draft' } })).status).toBe(409)
    expect((await changeTypes()).slice(-2)).toEqual(['article.drafted', 'article.published'])
  })

  it('shows what is published from a draft to those who ask for what has changed since', async () => {
    const draft = await addArticle(api, sourceId, { state: 'draft' })
    const looked = (await api.get(`/v1/articles/${draft.id}`)).body.updatedAt
    const since = `/v1/articles?contentChangedAfter=${looked}`
    expect(await allIds(api, since)).toEqual([])
    await api.patch(`/v1/articles/${draft.id}`, { body: { state: 'published' } })
    expect(await allIds(api, since)).toEqual([draft.id])
  })

  it('writes nothing where a withdrawal is said again', async () => {
    const { id } = await addArticle(api, sourceId)
    const withdraw = (body: object) => api.put(`/v1/articles/${id}/withdrawal`, { body })
    const first = await withdraw({ reason: 'copyright', note: 'Asked for.' })
    const told = await changeTypes()
    const again = await withdraw({ reason: 'copyright', note: 'Asked for.' })
    expect(again.body).toEqual(first.body)
    expect(again.headers.etag).toBe(first.headers.etag)
    expect(await changeTypes()).toEqual(told)
    expect((await withdraw({ reason: 'copyright' })).headers.etag).not.toBe(first.headers.etag)
    expect(await changeTypes()).toEqual([...told, 'article.withdrawn'])
  })

  it('withdraws with a reason and restores', async () => {
    await addTag(api, 'chips')
    const { id } = await addArticle(api, sourceId, { tags: ['chips'], authors: [{ name: 'Mara' }] })
    const withdrawn = await api.put(`/v1/articles/${id}/withdrawal`, {
      body: { reason: 'copyright', note: 'Asked for.' },
    })
    expect(withdrawn.body).toMatchObject({ articleId: id, reason: 'copyright', note: 'Asked for.' })
    const page = await api.get(`/v1/articles/${id}`)
    expect(page.status).toBe(410)
    expect(page.body).toMatchObject({ reason: 'copyright', note: 'Asked for.' })
    for (const url of [
      '/v1/articles',
      '/v1/articles?tagsAny=chips',
      '/v1/articles?author=mara',
      `/v1/articles?source=${sourceId}`,
    ]) {
      expect(await allIds(api, url)).toEqual([])
    }
    expect((await api.get('/v1/tags/chips')).body.articleCount).toBe(0)
    expect(await allIds(api, '/v1/articles?state=withdrawn&tagsAny=chips')).toEqual([id])
    expect((await api.patch(`/v1/articles/${id}`, { body: { title: 'x' } })).status).toBe(410)
    expect((await api.delete(`/v1/articles/${id}/withdrawal`)).status).toBe(204)
    expect(await allIds(api, '/v1/articles?tagsAny=chips&author=MARA')).toEqual([id])
    expect((await api.get('/v1/tags/chips')).body.articleCount).toBe(1)
    expect((await api.delete(`/v1/articles/${id}/withdrawal`)).status).toBe(404)
    expect((await changeTypes()).slice(-2)).toEqual(['article.withdrawn', 'article.restored'])
  })

  it('leaves a tombstone, so that a deleted item does not come back by itself', async () => {
    const { id } = await addArticle(api, sourceId, { url: 'https://lighthouse.example/a', externalId: 'x' })
    expect((await api.delete(`/v1/articles/${id}`)).status).toBe(204)
    expect((await api.get(`/v1/articles/${id}`)).status).toBe(410)
    expect((await api.delete(`/v1/articles/${id}`)).status).toBe(410)
    expect((await api.post('/v1/articles', { body: minimal() })).status).toBe(410)
    expect(
      (
        await api.post('/v1/articles', {
          body: minimal({ url: 'https://lighthouse.example/b', externalId: 'x' }),
        })
      ).status,
    ).toBe(410)
    const { sourceId: _, ...body } = minimal({ url: 'https://lighthouse.example/c' })
    const pushed = await api.put(`/v1/sources/${sourceId}/articles/x`, { body })
    expect(pushed.status).toBe(410)
    expect(pushed.body.articleId).toBe(id)
    expect((await api.get(`/v1/sources/${sourceId}`)).body.articleCount).toBe(0)
  })

  it('ties a translation to its original, whichever comes first', async () => {
    const translation = await addArticle(api, sourceId, {
      language: 'zh',
      translationOf: { url: 'https://m.lighthouse.example/original?utm_source=x', language: 'en' },
    })
    expect(translation.translationOf).toMatchObject({ articleId: null, language: 'en', method: 'declared' })
    const original = await addArticle(api, sourceId, { url: 'https://lighthouse.example/original' })
    const tied = await api.get(`/v1/articles/${translation.id}`)
    expect(tied.body.translationOf.articleId).toBe(original.id)
    const later = await addArticle(api, sourceId, { translationOf: { articleId: original.id } })
    expect(later.translationOf).toMatchObject({ articleId: original.id, url: original.url, language: 'en' })
    await api.delete(`/v1/articles/${original.id}`)
    const untied = await api.get(`/v1/articles/${later.id}`)
    expect(untied.body.translationOf).toMatchObject({ articleId: null, url: original.url })
    const self = await api.patch(`/v1/articles/${later.id}`, {
      body: { translationOf: { articleId: later.id } },
    })
    expect(self.status).toBe(422)
  })

  it('shows the new name of a source and of a tag on the articles that carry it', async () => {
    await addTag(api, 'chips')
    const { id } = await addArticle(api, sourceId, { tags: ['chips'] })
    await api.patch(`/v1/sources/${sourceId}`, { body: { name: 'Lighthouse' } })
    await api.patch('/v1/tags/chips', { body: { name: 'Semiconductors' } })
    const article = await api.get(`/v1/articles/${id}`)
    expect(article.body).toMatchObject({
      source: { name: 'Lighthouse' },
      tags: [{ slug: 'chips', name: 'Semiconductors' }],
      attribution: { text: 'Lighthouse' },
      revision: 1,
    })
    expect(article.headers.etag).toBe('"v3"')
  })

  it('creates an article once, however often the request is sent', async () => {
    const headers = { 'idempotency-key': 'one' }
    const first = await api.post('/v1/articles', { body: minimal(), headers })
    const second = await api.post('/v1/articles', { body: minimal(), headers })
    expect(second.status).toBe(201)
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(second.body).toEqual(first.body)
    expect((await api.post('/v1/articles', { body: minimal({ title: 'Other' }), headers })).status).toBe(422)
  })
})
