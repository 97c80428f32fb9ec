import type { FailureCode } from '../shared/failure.ts'
import { exampleOf, hasDefault, hasMember } from './document-examples.ts'
import { failuresOf, problemsByStatus } from './document-problems.ts'
import type { Document, Media, Method, Operation, Parameter, Response } from './document-types.ts'
import type { OperationFacts } from './operation.ts'

type Context = { facts: OperationFacts; method: Method; document: Document }

const header = (description: string, example: string | number) => ({
  description,
  schema: { type: typeof example === 'number' ? 'integer' : 'string' },
  example,
})

/** The headers of answers. */
export const headerComponents = {
  'Cache-Control': header('Who may keep the answer, and that it has to be asked again.', 'public, no-cache'),
  Deprecation: header('Since when the operation is deprecated (RFC 9745).', '@1793750400'),
  ETag: header('The version: send it as `If-None-Match` to a GET, as `If-Match` to a write.', '"v3"'),
  'Idempotency-Replayed': header(
    '`true` where the answer is that of an earlier request with this key.',
    'true',
  ),
  'Last-Modified': header('When what it shows last changed.', 'Mon, 23 Nov 2026 06:10:12 GMT'),
  Link: header(
    'The next page (RFC 8288), absent on the last. Of a feed also itself, its archives and its hub.',
    '<http://127.0.0.1:3000/v1/articles?cursor=WyIyMDI2Il0.x>; rel="next"',
  ),
  Location: header('The path of what was made.', '/v1/articles/019ab2c4-5d00-7a31-9f2e-4b8c1d6e7f80'),
  RateLimit: header(
    'What is left of the quota, and the seconds until it is full again (IETF draft).',
    '"default";r=99;t=60',
  ),
  'RateLimit-Policy': header('The quota and its window in seconds (IETF draft).', '"default";q=100;w=60'),
  'Retry-After': header('Seconds to wait before another try.', 5),
  Sunset: header('When the operation will be gone (RFC 8594).', 'Thu, 31 Dec 2026 23:59:59 GMT'),
  'WWW-Authenticate': header('The scheme of the key.', 'Bearer'),
  'X-Request-Id': header(
    'Under this id the log of the service holds the request.',
    '0f3c7a52-6f1e-4d8b-9a51-2f6f0a3d9b7c',
  ),
}
type HeaderName = keyof typeof headerComponents

const meanings: Record<string, string> = {
  200: 'As asked.',
  201: 'Created.',
  204: 'Done.',
  308: 'It has another address by now, which `Location` names.',
}

/** One operation with all that follows from its shape and its facts: security, headers, examples and problem answers. */
export function completeOperation(operation: Operation, context: Context) {
  const { facts, document } = context
  const problems = failuresOf(operation, facts, context.method)
  const parameters = operation.parameters?.map((parameter) => completeParameter(parameter, document))
  const completed: Operation = {
    ...operation,
    description: `${operation.description}\n\n${accessSentence(facts)}`,
    ...(facts.deprecation && { deprecated: true, 'x-sunset': facts.deprecation.sunset }),
    ...(parameters && { parameters }),
    ...(operation.requestBody && { requestBody: completeBody(operation.requestBody, document) }),
    responses: { ...completeResponses(operation, context), ...problemReferences(problems) },
    security: securityOf(facts),
    'x-scopes': scopesOf(facts),
  }
  return { completed, problems }
}

function scopesOf({ access }: OperationFacts): string[] {
  return access === 'public' || access === 'key' ? [] : [access]
}

function securityOf(facts: OperationFacts): Record<string, string[]>[] {
  if (facts.access === 'public') return []
  const key = { bearer: scopesOf(facts) }
  return facts.access === 'read' ? [{}, key] : [key]
}

function accessSentence({ access }: OperationFacts): string {
  if (access === 'public') return 'Open to everybody.'
  if (access === 'key') return 'Needs a valid key, whatever its scopes.'
  if (access === 'read')
    return 'Open to everybody, unless reads are closed here: then it needs the scope `read`.'
  return `Needs a key with the scope \`${access}\`.`
}

function completeParameter(parameter: Parameter, document: Document): Parameter {
  const name = parameter.in === 'header' ? canonicalHeader(parameter.name) : parameter.name
  const example = parameter.example ?? parameter.schema.example
  const list = parameter.in === 'query' && [parameter.schema.type].flat().includes('array')
  const { schema, ...rest } = parameter
  return {
    ...rest,
    name,
    schema,
    ...(list && { style: 'form', explode: false }),
    ...(example === undefined &&
      parameter.required && { example: exampleOf(parameter.schema, document, name) }),
  }
}

const canonicalHeader = (name: string) => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())

function completeBody(body: NonNullable<Operation['requestBody']>, document: Document) {
  const optional = Object.values(body.content).every(({ schema }) => hasDefault(schema, document))
  return { ...body, required: !optional, content: withExamples(body.content, document) }
}

function withExamples(content: Record<string, Media>, document: Document): Record<string, Media> {
  const entries = Object.entries(content).map(([type, media]) => {
    if (!media.schema || media.example !== undefined || media.examples) return [type, media]
    return [type, { ...media, example: exampleOf(media.schema, document) }]
  })
  return Object.fromEntries(entries)
}

function completeResponses(operation: Operation, context: Context): Operation['responses'] {
  const responses: Operation['responses'] = {}
  for (const [status, response] of Object.entries(operation.responses)) {
    if ('$ref' in response) continue
    const { content, description } = response
    responses[status] = {
      description: description === 'Default Response' ? (meanings[status] ?? 'As asked.') : description,
      headers: references(headersOf(status, response, operation, context)),
      ...(content && { content: withExamples(content, context.document) }),
    }
  }
  if (context.method === 'get' && isWhole(responses[200])) {
    const { headers = [] } = context.facts
    const names = [...told, ...headers.filter((name) => name !== 'Link')]
    const description = 'The client has it already, as `If-None-Match` says.'
    responses[304] = { description, headers: references(names) }
  }
  return responses
}

const told: HeaderName[] = ['ETag', 'Cache-Control', 'X-Request-Id', 'RateLimit', 'RateLimit-Policy']

function headersOf(
  status: string,
  response: Response,
  operation: Operation,
  { facts, method, document }: Context,
) {
  const names: HeaderName[] = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy']
  const media = response.content?.['application/json']
  const sends = (name: string) =>
    operation.parameters?.some((parameter) => parameter.name.toLowerCase() === name)
  const reads = method === 'get' && status === '200'
  if (reads && isWhole(response)) names.push('ETag')
  if (reads) names.push('Cache-Control', ...(facts.headers ?? []))
  if (hasMember(media?.schema, 'page', document)) names.push('Link')
  if (status === '201') names.push('Location', 'ETag')
  if (status === '308') names.push('Location')
  if (status === '200' && method !== 'get' && sends('if-match')) names.push('ETag')
  if (sends('idempotency-key')) names.push('Idempotency-Replayed')
  if (facts.deprecation) names.push('Deprecation')
  if (facts.deprecation?.sunset) names.push('Sunset')
  return names
}

const references = (names: HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** Not a stream, of which no validator can be made before it has been sent. */
const isWhole = (response: Operation['responses'][string] | undefined) =>
  response !== undefined &&
  'content' in response &&
  !['application/x-ndjson', 'text/event-stream'].some((type) => response.content?.[type] !== undefined)

function problemReferences(problems: FailureCode[]): Operation['responses'] {
  const entries = [...problemsByStatus(problems)].map(([status, { name }]) => [
    status,
    { $ref: `#/components/responses/${name}` },
  ])
  return Object.fromEntries(entries)
}
