import { readFile } from 'node:fs/promises'
import createClient from 'openapi-fetch'
import openapiTypes, { astToString } from 'openapi-typescript'
import { expect, it } from 'vitest'
import type { paths } from '../openapi/newsweave.d.ts'
import { adminKey, startApi } from './support/api.ts'
import { onEveryEngine } from './support/engines.ts'

const folder = new URL('../openapi/', import.meta.url)

it('the types of clients are made from the committed document', async () => {
  const document = JSON.parse(await readFile(new URL('openapi.json', folder), 'utf8'))
  const types = astToString(await openapiTypes(document, { defaultNonNullable: false }))
  // The command line puts a banner in front of what the library makes.
  const committed = await readFile(new URL('newsweave.d.ts', folder), 'utf8')
  expect(committed.endsWith(types), 'openapi/newsweave.d.ts is stale: run `npm run openapi`').toBe(true)
})

onEveryEngine('a client generated from the document', (engine) => {
  async function startClient() {
    const api = await startApi(await engine.open())
    const baseUrl = await api.listen()
    const headers = { authorization: `Bearer ${adminKey}` }
    return createClient<paths>({ baseUrl, headers, fetch: (request) => api.fetch(request) })
  }

  it('writes and reads a newsroom', async () => {
    const client = await startClient()
    const source = await client.POST('/v1/sources', {
      body: { name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/', language: 'en' },
    })
    const sourceId = source.data?.id ?? ''
    await client.POST('/v1/tags', { body: { slug: 'technology', name: 'Technology' } })
    await client.POST('/v1/tags', { body: { slug: 'chips', name: 'Chips', parent: 'technology' } })
    for (const number of [1, 2, 3]) {
      const made = await client.PUT('/v1/sources/{id}/articles/{externalId}', {
        params: { path: { id: sourceId, externalId: `story-${number}` } },
        body: {
          url: `https://lighthouse.example/story/${number}`,
          title: `Story ${number}`,
          publishedAt: `2026-11-0${number}T08:00:00+08:00`,
          tags: ['chips'],
          body: { html: `<h2>第 ${number} 章</h2><p>Text</p>` },
        },
      })
      expect(made.response.status).toBe(201)
    }

    const page = await client.GET('/v1/articles', {
      params: { query: { tagsAny: ['technology', 'nothing'], limit: 2, fields: ['id', 'title'] } },
    })
    expect(page.data?.data.map((article) => article.title)).toEqual(['Story 3', 'Story 2'])
    const rest = await client.GET('/v1/articles', {
      params: { query: { tagsAny: ['technology', 'nothing'], cursor: page.data?.page.next ?? '' } },
    })
    expect(rest.data?.data.map((article) => article.title)).toEqual(['Story 1'])

    const id = page.data?.data[0]?.id ?? ''
    const other = page.data?.data[1]?.id ?? ''
    const read = await client.GET('/v1/articles/{id}', { params: { path: { id } } })
    expect(read.data?.toc).toEqual([{ anchor: '第-3-章', level: 2, title: '第 3 章' }])
    const etag = read.response.headers.get('etag') ?? ''
    const change = (title: string) =>
      client.PATCH('/v1/articles/{id}', {
        params: { path: { id }, header: { 'If-Match': etag } },
        body: { title },
      })
    expect((await change('Story 3, corrected')).data?.revision).toBe(2)
    const stale = await change('Story 3, again')
    expect(stale.error?.status).toBe(412)
    expect(stale.error?.type).toMatch(/\/problems\/precondition-failed$/)

    await client.POST('/v1/articles/{id}/related', {
      params: { path: { id } },
      body: { kind: 'background', target: { articleId: other } },
    })
    const related = await client.GET('/v1/articles/{id}/related', { params: { path: { id } } })
    expect(related.data?.data[0]?.kind).toBe('background')

    const changes = await client.GET('/v1/changes', {
      params: { query: { types: ['article.published', 'article.revised', 'link.created'] } },
    })
    expect(changes.data?.data.map((entry) => entry.type)).toEqual([
      ...Array(3).fill('article.published'),
      'article.revised',
      'link.created',
    ])
  })

  it('is told by name what it sent wrong', async () => {
    const client = await startClient()
    const { error } = await client.POST('/v1/sources', { body: { name: '', homeUrl: 'nowhere' } })
    expect(error?.errors?.map((field) => field.path).sort()).toEqual(['homeUrl', 'name'])
  })
})
