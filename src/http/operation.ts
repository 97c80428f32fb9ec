import type { FastifySchema } from 'fastify'
import { z } from 'zod'
import type { FailureCode } from '../shared/failure.ts'
import type { Access } from './access.ts'

/** One operation as the document shows it. */
export type OperationFacts = {
  /** The `operationId`: a verb and a noun, unique. */
  id: string
  tag: string
  summary: string
  description: string
  access: Access
  /** Problem answers beyond those that every operation of its shape has. */
  problems?: FailureCode[]
  /** The answer may be kept ready and sent again while nothing was written. */
  cached?: boolean
  /** What a successful answer tells in headers beyond those that every answer of its shape has. */
  headers?: ('Link' | 'Last-Modified')[]
  /** The body is read as a stream of this type; `line` is the schema of each line of it. */
  stream?: { request: string; line: z.ZodType }
  /** The answer is an event stream that stays open, each event of which is sent at once. */
  events?: true
  /** The answer is sent slice by slice while it is made. */
  slices?: true
  /** The body is no JSON but a text of one of these types, given to the route as bytes; of `anyType` where senders name it wrongly. */
  text?: { types: string[]; schema: z.ZodType; anyType?: true }
  /** Bytes that the body may have, where it differs from the server's limit. */
  bodyLimit?: number
  /** Retirement (RFC 9745, RFC 8594): from when it is deprecated, and when it will be gone. RFC 3339. */
  deprecation?: { since: string; sunset?: string }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: OperationFacts
    cached?: boolean
  }
}

const noParameters = z.strictObject({})

/** The options of a route: its schemas, what the document says of it, and the access that it needs. */
export function operation<const S extends FastifySchema>(facts: OperationFacts, schema: S) {
  // Probes and browsers add parameters of their own to what is public; a partner's typo is told.
  const strict: object = facts.access === 'public' ? {} : { querystring: noParameters }
  return {
    schema: {
      ...strict,
      ...schema,
      operationId: facts.id,
      tags: [facts.tag],
      summary: facts.summary,
      description: facts.description,
    },
    ...(facts.bodyLimit && { bodyLimit: facts.bodyLimit }),
    config: { operation: facts, access: facts.access, cached: facts.cached ?? false },
  }
}
