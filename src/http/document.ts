import swagger, { type SwaggerTransform, type SwaggerTransformObject } from '@fastify/swagger'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { bodyTypes } from './bodies.ts'
import { neededSchemas } from './document-components.ts'
import { completeOperation, headerComponents } from './document-operation.ts'
import { problemComponents } from './document-problems.ts'
import type { Document, Method } from './document-types.ts'
import { type OperationFacts, operation } from './operation.ts'
import type { Server } from './server.ts'

/** What the document says of the API as a whole. */
export type About = {
  info: { title: string; version: string; description: string; [member: string]: unknown }
  tags: { name: string; description: string }[]
}

/** Answers stay open for members that later versions add: only what is declared strict is closed in the document. */
const zodToJsonConfig: NonNullable<Parameters<typeof createJsonSchemaTransform>[0]['zodToJsonConfig']> = {
  override({ zodSchema, jsonSchema }) {
    const { def } = zodSchema._zod
    if (def.type === 'object' && !def.catchall) delete jsonSchema.additionalProperties
  },
}
const jsonSchemaTransform = createJsonSchemaTransform({ zodToJsonConfig })
const jsonSchemaTransformObject = createJsonSchemaTransformObject({ zodToJsonConfig })

const methods: Method[] = ['get', 'post', 'put', 'patch', 'delete']

/** Gathers the OpenAPI document from the routes that are registered after this, and serves it at `/openapi.json`. */
export async function addDocument(app: Server, about: About): Promise<void> {
  const operations = new Map<string, OperationFacts>()
  const transform: SwaggerTransform = (route) => {
    const facts = route.route.config?.operation
    if (!facts) return { schema: { hide: true }, url: route.url }
    operations.set(facts.id, facts)
    return jsonSchemaTransform({ ...route, schema: { ...route.schema, ...bodyOf(route, facts) } } as never)
  }
  const transformObject: SwaggerTransformObject = (gathered) =>
    complete(jsonSchemaTransformObject(gathered) as Document, operations) as never
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: about.info,
      servers: [{ url: '/', description: 'The server that this document comes from.' }],
      tags: about.tags,
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'A key, sent as `Authorization: Bearer <key>`. An administrator issues it.',
          },
        },
      },
    },
    convertConstToEnum: false,
    transform,
    transformObject,
  })
  serveDocument(app)
}

/** The document as text. The same for the same routes, whatever the host. Throws before the application is ready. */
export function documentText(app: Server): string {
  return `${JSON.stringify(app.swagger(), null, 2)}\n`
}

function serveDocument(app: Server) {
  let text: string | undefined
  app.get(
    '/openapi.json',
    operation(
      {
        id: 'getDocument',
        tag: 'Operations',
        summary: 'Read the OpenAPI document',
        description: 'This document: OpenAPI 3.1, made from the schemas that check every request.',
        access: 'public',
      },
      { response: { 200: z.looseObject({}).meta({ example: { openapi: '3.1.0' } }) } },
    ),
    async (_request, reply) => {
      text ??= documentText(app)
      reply.type('application/json; charset=utf-8').send(text as never)
      return reply
    },
  )
}

/** The types a body is read in; one that is read as a stream is described by a line of it, one that is a text as what it says. */
function bodyOf({ route }: Parameters<SwaggerTransform>[0], facts: OperationFacts) {
  const consumes = bodyTypes(facts, String(route.method))
  const body = facts.stream?.line ?? facts.text?.schema
  return body ? { body, consumes } : { consumes }
}

function complete(gathered: Document, operations: Map<string, OperationFacts>): Document {
  const paths: Document['paths'] = {}
  const responses: Document['components']['responses'] = {}
  for (const path of Object.keys(gathered.paths).sort()) {
    const item = gathered.paths[path] ?? {}
    paths[path] = {}
    for (const method of methods) {
      const found = item[method]
      const facts = operations.get(found?.operationId ?? '')
      if (!found || !facts) continue
      const { completed, problems } = completeOperation(found, { facts, method, document: gathered })
      paths[path][method] = completed
      Object.assign(responses, problemComponents(problems))
    }
  }
  const { components, ...rest } = gathered
  return neededSchemas({
    ...rest,
    paths,
    components: {
      ...components,
      headers: headerComponents,
      responses: Object.fromEntries(Object.entries(responses).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  })
}
