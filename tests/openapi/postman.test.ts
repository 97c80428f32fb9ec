import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type Document, postmanCollection } from '../../scripts/postman-collection.ts'
import { loadSample } from '../../src/main/sample.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

const folder = new URL('../../openapi/', import.meta.url)
const document: Document = JSON.parse(await readFile(new URL('openapi.json', folder), 'utf8'))
const text = await readFile(new URL('newsweave.postman_collection.json', folder), 'utf8')

const name = z.string().min(1)
const field = z.strictObject({
  key: name,
  value: z.string(),
  description: z.string().optional(),
  disabled: z.literal(true).optional(),
})
const url = z.strictObject({
  raw: z.string().startsWith('{{baseUrl}}/'),
  host: z.tuple([z.literal('{{baseUrl}}')]),
  path: z.array(name),
  query: z.array(field),
  variable: z.array(field),
})
const body = z.strictObject({
  mode: z.literal('raw'),
  raw: z.string().min(1),
  options: z.strictObject({ raw: z.strictObject({ language: z.enum(['json', 'xml', 'text']) }) }),
})
const item = z.strictObject({
  id: name,
  name,
  request: z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    description: name,
    auth: z.strictObject({ type: z.literal('noauth') }).optional(),
    header: z.array(field),
    url,
    body: body.optional(),
  }),
  response: z.tuple([]),
})
/** What the schema of Postman's collections, version 2.1, demands of the parts of it that are used. */
const Collection = z.strictObject({
  info: z.strictObject({
    name,
    description: name,
    version: name,
    schema: z.literal('https://schema.getpostman.com/json/collection/v2.1.0/collection.json'),
  }),
  auth: z.strictObject({
    type: z.literal('bearer'),
    bearer: z.tuple([
      z.strictObject({ key: z.literal('token'), value: z.literal('{{key}}'), type: z.literal('string') }),
    ]),
  }),
  variable: z.array(field),
  item: z.array(z.strictObject({ name, description: name, item: z.array(item).min(1) })),
})
const collection = Collection.parse(JSON.parse(text))
const items = collection.item.flatMap((one) => one.item)

it('the collection is made from the committed document', () => {
  const fresh = `${JSON.stringify(postmanCollection(document), null, 2)}\n`
  expect(text === fresh, 'openapi/newsweave.postman_collection.json is stale: run `npm run openapi`').toBe(
    true,
  )
})

it('the collection has every operation once, but for those of hubs', () => {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  const expected = operations.filter(({ tags }) => !tags.includes('WebSub')).map((one) => one.operationId)
  expect(items.map(({ id }) => id).sort()).toEqual(expected.sort())
})

it('every variable that is used is there, and every JSON body is JSON', () => {
  const known = collection.variable.map(({ key }) => key)
  const used = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, key = '']) => key)
  expect([...new Set(used)].sort()).toEqual(known.sort())
  for (const { request } of items) {
    if (request.body?.options.raw.language === 'json') JSON.parse(request.body.raw)
  }
})

/** The address as a program would ask for it: what is switched off is left out, and variables have their values. */
function addressOf(request: (typeof items)[number]['request'], values: Record<string, string>) {
  const filled = (part: string) => part.replace(/\{\{(\w+)\}\}/g, (_, key) => values[key] ?? '')
  const inPath = new Map(request.url.variable.map(({ key, value }) => [`:${key}`, filled(value)]))
  const path = request.url.path.map((part) => encodeURIComponent(inPath.get(part) ?? part)).join('/')
  const query = request.url.query.filter(({ disabled }) => !disabled).map(({ key, value }) => [key, value])
  return `/${path}?${new URLSearchParams(query as [string, string][])}`.replace(/\?$/, '')
}

async function idsOf(api: Api): Promise<Record<string, string>> {
  const first = async (list: string) => (await api.get(`${list}?limit=1`)).body.data[0]
  const partner = (await api.post('/v1/partners', { body: { name: 'A partner' } })).body
  const key = { name: 'A key', scopes: ['read'] }
  const issued = (await api.post(`/v1/partners/${partner.id}/keys`, { body: key })).body
  return {
    articleId: (await first('/v1/articles')).id,
    sourceId: (await first('/v1/sources')).id,
    tagSlug: (await first('/v1/tags')).slug,
    partnerId: partner.id,
    keyId: issued.id,
  }
}

onEveryEngine('the collection', (engine) => {
  it('asks for what there is, and is told what there is not', { timeout: 60_000 }, async () => {
    const database = await engine.open()
    await loadSample(database)
    const api = await startApi(database)
    const defaults = Object.fromEntries(collection.variable.map(({ key, value }) => [key, value]))
    const known: Record<string, string> = { ...(await idsOf(api)), problemCode: 'not-found', revision: '1' }
    const statuses: Record<string, number> = {}
    for (const { id, request } of items) {
      if (request.method !== 'GET') continue
      const key = request.auth ? null : adminKey
      const address = addressOf(request, { ...defaults, ...known })
      // A stream that ends by itself.
      const answer = await api.get(id === 'streamChanges' ? `${address}?duration=0` : address, { key })
      statuses[id] = answer.status
    }
    // Examples of ids of which the newsroom of the test has none, and a search that needs one of several parameters.
    const others = {
      lookupArticle: 404,
      explainRelation: 404,
      getRelatedLink: 404,
      getStory: 404,
      listStoryArticles: 404,
      getWebhook: 404,
      listDeliveries: 404,
      getDelivery: 404,
    }
    const expected = { ...others, findRelated: 400 }
    const odd = Object.entries(statuses).filter(
      ([id, status]) => status !== ((expected as Record<string, number>)[id] ?? 200),
    )
    expect(odd).toEqual([])
    expect(Object.keys(statuses).length).toBeGreaterThan(25)
  })
})
