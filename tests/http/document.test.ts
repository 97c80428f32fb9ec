import { readFile } from 'node:fs/promises'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, it } from 'vitest'
import { scopes } from '../../src/http/access.ts'
import type { Document, Operation, Response } from '../../src/http/document-types.ts'
import { problemKinds } from '../../src/http/problems.ts'
import { describeApi } from '../../src/main/describe-api.ts'
import { startApi } from '../support/api.ts'
import { type Engine, engines } from '../support/engines.ts'

const committed = new URL('../../openapi/openapi.json', import.meta.url)
const text = await describeApi()
const document: Document = JSON.parse(text)
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    operation,
  })),
)
const each = operations.map((found) => [found.name, found] as const)

function resolved<Thing extends object>(thing: Thing | { $ref: string }): Thing {
  if (!('$ref' in thing)) return thing
  const [, , kind = '', name = ''] = thing.$ref.split('/')
  return (document.components[kind] as Record<string, Thing>)[name] as Thing
}

/** The answers that are problems, by status. */
function problemsOf(operation: Operation): Map<number, Response> {
  const answers = Object.entries(operation.responses).map(
    ([status, answer]) => [Number(status), resolved(answer)] as const,
  )
  return new Map(answers.filter(([, { content }]) => content?.['application/problem+json']))
}

describe('the OpenAPI document', () => {
  it('is committed as the program writes it', async () => {
    expect(await readFile(committed, 'utf8'), 'openapi/openapi.json is stale: run `npm run openapi`').toBe(
      text,
    )
  })

  it('is the same each time, and names no host of ours but in examples', async () => {
    expect(await describeApi()).toBe(text)
    expect(document.servers).toEqual([{ url: '/', description: expect.any(String) }])
    expect(Object.keys(document.paths)).toEqual(Object.keys(document.paths).sort())
    expect(Object.keys(document.components.schemas)).toEqual(Object.keys(document.components.schemas).sort())
  })

  it('is what the server serves', async () => {
    const [engine] = engines as [Engine]
    const api = await startApi(await engine.open())
    const { body, headers } = await api.get('/openapi.json', { key: null })
    expect(body).toEqual(document)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect((await api.get('/openapi.json', { headers: { 'if-none-match': headers.etag } })).status).toBe(304)
  })

  it('has nothing that a linter complains of', async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const problems = await lintFromString({ source: text, absoluteRef: committed.pathname, config })
    expect(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
    ).toEqual([])
  })

  it('describes every tag it uses, and uses every tag it describes', () => {
    const described = document.tags as { name: string; description: string }[]
    for (const { description } of described) expect(description.length).toBeGreaterThan(20)
    const used = new Set(operations.flatMap(({ operation }) => operation.tags))
    expect([...used].sort()).toEqual(described.map(({ name }) => name).sort())
  })

  it('has a licence, a contact and a description', () => {
    expect(document.info).toMatchObject({
      title: 'Newsweave',
      license: { identifier: 'Apache-2.0' },
      contact: { name: expect.any(String) },
      description: expect.stringContaining('Idempotency-Key'),
    })
  })
})

describe('every operation', () => {
  it('has an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z]+[A-Z][A-Za-z]+$/)
  })

  it.each(each)('%s has one tag, a summary, a description, and examples', (_name, { operation }) => {
    expect(operation.tags).toHaveLength(1)
    expect(operation.summary).toMatch(/^[A-Z].*[^.]$/)
    expect(operation.description.length).toBeGreaterThan(30)
    const bodies = [
      operation.requestBody,
      ...Object.values(operation.responses).map((answer) => resolved<Response>(answer)),
    ]
    for (const body of bodies) {
      for (const [type, media] of Object.entries(body?.content ?? {})) {
        expect(media.example ?? media.examples, type).toBeDefined()
        expect(media.schema, type).toBeDefined()
      }
    }
    for (const parameter of operation.parameters ?? []) {
      expect(parameter.description ?? parameter.schema.description, parameter.name).toBeDefined()
      if (parameter.required)
        expect(parameter.example ?? parameter.schema.example, parameter.name).toBeDefined()
    }
  })

  it.each(each)('%s says who may use it', (_name, { operation }) => {
    const asked = operation['x-scopes'] ?? []
    for (const scope of asked) {
      expect(scopes).toContain(scope)
      expect(operation.description).toContain(`\`${scope}\``)
    }
    const open = [[], [{}, { bearer: ['read'] }]]
    const closed = [[{ bearer: asked }]]
    expect(asked[0] === 'read' ? open : [...closed, []]).toContainEqual(operation.security)
    if (operation.security?.length === 0) expect(operation.description).toContain('Open to everybody.')
  })

  it.each(each)('%s lists the problems that it may answer', (_name, { path, operation }) => {
    const problems = problemsOf(operation)
    const sends = (name: string) =>
      operation.parameters?.some((parameter) => parameter.name === name) ?? false
    const always = [400, 429, 500, 503]
    const expected: [boolean, number[]][] = [
      [operation.security?.length !== 0, [401]],
      [(operation['x-scopes'] ?? []).length > 0, [403]],
      [path.includes('{'), [404]],
      [sends('Idempotency-Key'), [409, 422]],
      [sends('If-Match'), [412]],
      [operation.requestBody?.content['application/json'] !== undefined, [413, 415, 422]],
      [operation.requestBody !== undefined, [415]],
    ]
    const due = [...always, ...expected.flatMap(([is, statuses]) => (is ? statuses : []))]
    expect([...problems.keys()]).toEqual(expect.arrayContaining(due))
    // A hub has no key: it signs what it pushes.
    const refusals = operation.operationId === 'pushFeed' ? [403] : []
    if (operation.security?.length === 0)
      expect([401, 403].filter((status) => problems.has(status))).toEqual(refusals)
    for (const [status, { content }] of problems) {
      const { schema, examples = {} } = content?.['application/problem+json'] ?? {}
      expect(schema).toEqual({ $ref: '#/components/schemas/Problem' })
      for (const code of Object.keys(examples)) {
        expect(problemKinds[code as keyof typeof problemKinds].status).toBe(status)
      }
    }
  })

  it.each(each)('%s tells of the headers of its answers', (_name, { method, operation }) => {
    const successes = Object.entries(operation.responses).filter(([status]) => Number(status) < 300)
    expect(successes.length).toBeGreaterThan(0)
    for (const [status, answer] of successes) {
      const { headers = {}, content = {} } = resolved<Response>(answer)
      expect(Object.keys(headers)).toEqual(
        expect.arrayContaining(['X-Request-Id', 'RateLimit', 'RateLimit-Policy']),
      )
      for (const header of Object.values(headers)) expect(resolved(header)).toHaveProperty('description')
      if (status === '201') expect(Object.keys(headers)).toEqual(expect.arrayContaining(['Location', 'ETag']))
      if (method === 'get' && content['application/json']) {
        expect(Object.keys(headers)).toEqual(expect.arrayContaining(['ETag', 'Cache-Control']))
        expect(operation.responses).toHaveProperty('304')
      }
    }
  })

  it.each(each)('%s takes lists with commas', (_name, { operation }) => {
    for (const { in: place, schema, style, explode } of operation.parameters ?? []) {
      if (place === 'query' && schema.type === 'array')
        expect({ style, explode }).toEqual({ style: 'form', explode: false })
    }
  })
})
