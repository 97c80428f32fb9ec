import { expect, it } from 'vitest'
import { z } from 'zod'
import { addDeprecation } from '../../src/http/deprecation.ts'
import { addDocument, documentText } from '../../src/http/document.ts'
import type { Document } from '../../src/http/document-types.ts'
import { type OperationFacts, operation } from '../../src/http/operation.ts'
import { createServer } from '../../src/http/server.ts'
import { Failure } from '../../src/shared/failure.ts'
import { atEnd } from '../support/cleanup.ts'
import { memoryLog } from '../support/log.ts'

async function appWith(deprecation?: OperationFacts['deprecation']) {
  const app = createServer({ logger: memoryLog().logger, publicUrl: () => 'http://x', trustedProxies: [] })
  atEnd(() => app.close())
  addDeprecation(app)
  await addDocument(app, { info: { title: 'T', version: '1', description: 'D' }, tags: [] })
  const facts = {
    id: 'listOld',
    tag: 'Old',
    summary: 'List',
    description: 'Lists.',
    access: 'public',
  } as const
  app.get(
    '/old',
    operation({ ...facts, ...(deprecation && { deprecation }) }, { response: { 200: z.array(z.string()) } }),
    async (request) => {
      if (request.url.endsWith('?fail')) throw new Failure('not-found', 'Nothing.')
      return []
    },
  )
  await app.ready()
  return app
}

it('a retired operation says so on every answer, and in the document', async () => {
  const app = await appWith({ since: '2026-11-01T00:00:00Z', sunset: '2027-05-01T00:00:00Z' })
  for (const url of ['/old', '/old?fail']) {
    const { headers } = await app.inject(url)
    expect(headers.deprecation).toBe('@1793491200')
    expect(headers.sunset).toBe('Sat, 01 May 2027 00:00:00 GMT')
  }
  const document: Document = JSON.parse(documentText(app))
  const described = document.paths['/old']?.get
  expect(described).toMatchObject({ deprecated: true, 'x-sunset': '2027-05-01T00:00:00Z' })
  expect(described?.responses[200]).toHaveProperty('headers.Deprecation')
  expect(described?.responses[200]).toHaveProperty('headers.Sunset')
})

it('one without an end names none', async () => {
  const app = await appWith({ since: '2026-11-01T00:00:00Z' })
  const { headers } = await app.inject('/old')
  expect(headers.deprecation).toBe('@1793491200')
  expect(headers.sunset).toBeUndefined()
})

it('others say nothing', async () => {
  const app = await appWith()
  const { headers } = await app.inject('/old')
  expect(headers.deprecation).toBeUndefined()
  expect(JSON.parse(documentText(app)).paths['/old'].get.deprecated).toBeUndefined()
})
