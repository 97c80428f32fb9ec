import { beforeEach, expect, it } from 'vitest'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { lineOf } from './bulk-lines.ts'
import { addArticle, addSource, addTag, allIds } from './newsroom.ts'

onEveryEngine('many articles at once', (engine) => {
  let api: Api
  let sourceId: string

  beforeEach(async () => {
    api = await startApi(await engine.open())
    sourceId = await addSource(api)
  })

  const line = (number: number, members = {}) => lineOf(sourceId, number, members)

  async function importLines(lines: (object | string | Buffer)[]) {
    const bytes = lines.map((one) =>
      Buffer.isBuffer(one) ? one : Buffer.from(typeof one === 'string' ? one : JSON.stringify(one)),
    )
    const body = Buffer.concat(bytes.flatMap((one) => [one, Buffer.from('\n')]))
    const answer = await api.post('/v1/articles/import', {
      body,
      headers: { 'content-type': 'application/x-ndjson' },
    })
    expect(answer.status).toBe(200)
    return answer.bytes
      .toString()
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text))
  }

  it('are created, updated or unchanged, a result a line', async () => {
    expect(await importLines([line(1), line(2)])).toMatchObject([
      { line: 1, status: 'created' },
      { line: 2, status: 'created' },
    ])
    const again = await importLines([line(1), line(2, { title: 'New' }), line(3)])
    expect(again.map((result) => result.status)).toEqual(['unchanged', 'updated', 'created'])
    expect(await allIds(api, '/v1/articles')).toHaveLength(3)
  })

  it('fail line by line, saying why, and the lines beside them are kept', async () => {
    await addTag(api, 'chips')
    const results = await importLines([
      line(1, { tags: ['chips'] }),
      '{"title": ',
      line(2, { titel: 'x' }),
      line(3, { tags: ['none'] }),
      '',
      line(4, { sourceId: 'none' }),
      Buffer.from([0x7b, 0xff, 0x7d]),
      line(5, { title: 'a\u0000b' }),
      line(6),
      line(7, { externalId: 'other', url: 'https://lighthouse.example/6' }),
      'null',
    ])
    expect(
      results.map(({ line, status, problem }) => [line, status, problem?.code, problem?.errors?.[0]?.path]),
    ).toEqual([
      [1, 'created', undefined, undefined],
      [2, 'failed', 'bad-request', undefined],
      [3, 'failed', 'validation-failed', 'titel'],
      [4, 'failed', 'validation-failed', 'tags.0'],
      [6, 'failed', 'validation-failed', 'sourceId'],
      [7, 'failed', 'bad-request', undefined],
      [8, 'failed', 'validation-failed', 'title'],
      [9, 'created', undefined, undefined],
      [10, 'failed', 'conflict', 'url'],
      [11, 'failed', 'validation-failed', ''],
    ])
    expect(await allIds(api, '/v1/articles')).toHaveLength(2)
    expect((await api.get('/v1/tags/chips')).body.articleCount).toBe(1)
    expect((await api.get('/v1/changes?types=article.published')).body.data).toHaveLength(2)
  })

  it('leave what was deleted or withdrawn as it is', async () => {
    const deleted = await addArticle(api, sourceId, line(1))
    const withdrawn = await addArticle(api, sourceId, line(2))
    await api.delete(`/v1/articles/${deleted.id}`)
    await api.put(`/v1/articles/${withdrawn.id}/withdrawal`, { body: { reason: 'copyright' } })
    const results = await importLines([line(1), line(2, { title: 'New' }), line(3)])
    expect(results.map((result) => result.status)).toEqual(['gone', 'gone', 'created'])
  })

  it('have lines of at most 4 MiB, and go on behind one that is longer', async () => {
    const results = await importLines([line(1, { body: { text: 'x'.repeat(4 * 1024 * 1024) } }), line(2)])
    expect(results).toMatchObject([
      { line: 1, status: 'failed', problem: { code: 'payload-too-large' } },
      { line: 2, status: 'created' },
    ])
  })

  it('are taken as NDJSON only', async () => {
    expect((await api.post('/v1/articles/import', { body: [line(1)] })).status).toBe(415)
    expect(
      (await api.post('/v1/articles/import', { body: '{}', headers: { 'content-type': 'text/plain' } }))
        .status,
    ).toBe(415)
    expect((await api.post('/v1/articles/import', { key: null })).status).toBe(401)
  })

  it('go out with the filters of the list, whole and with their text', async () => {
    await addTag(api, 'chips')
    for (const number of [1, 2, 3]) {
      const tags = number === 2 ? [] : ['chips']
      await addArticle(
        api,
        sourceId,
        line(number, { tags, body: { text: `Text ${number}` }, publishedAt: `2026-11-0${number}T00:00:00Z` }),
      )
    }
    const exported = await api.get('/v1/articles/export?tagsAny=chips&sort=oldest', { key: null })
    expect(exported.headers['content-type']).toMatch(/^application\/x-ndjson/)
    const articles = exported.bytes
      .toString()
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(articles.map((article) => [article.title, article.body.text])).toEqual([
      ['Story 1', 'Text 1'],
      ['Story 3', 'Text 3'],
    ])
    expect((await api.get('/v1/articles/export?state=draft', { key: null })).status).toBe(401)
    expect((await api.get('/v1/articles/export?limit=3')).status).toBe(400)
    expect((await api.get('/v1/articles/export?tagsAny=none')).bytes.toString()).toBe('')
  })

  it('go out as their own addresses answer them', async () => {
    const body = { html: '<h2>Power</h2><p>Half a watt.</p>' }
    const { id } = await addArticle(api, sourceId, line(1, { body }))
    const { withdrawal, ...article } = JSON.parse((await api.get('/v1/articles/export')).bytes.toString())
    expect(withdrawal).toBeNull()
    expect(article).toEqual((await api.get(`/v1/articles/${id}`)).body)
    expect(article.toc).toEqual([{ anchor: 'power', level: 2, title: 'Power' }])
  })

  it('go out slice by slice to the last', async () => {
    await importLines(Array.from({ length: 450 }, (_, number) => line(number)))
    const text = (await api.get('/v1/articles/export')).bytes.toString()
    const ids = text
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one).id)
    expect(new Set(ids).size).toBe(450)
  })
})
