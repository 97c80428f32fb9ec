import type { Access } from '../../src/http/access.ts'
import type { Operation as Described, Document, Parameter, Schema } from '../../src/http/document-types.ts'
import { startApi } from '../support/api.ts'
import { engines } from '../support/engines.ts'

/** One operation as the document tells of it: all that these tests know of the API beside `requests.ts`. */
export type Operation = {
  id: string
  method: string
  /** As the document writes it: `/v1/articles/{id}`. */
  path: string
  access: Access
  parameters: Parameter[]
  /** The types of body that it reads; none where it reads none. */
  types: string[]
  bodyRequired: boolean
  responses: Described['responses']
}

/** What the app serves; nothing else is asked of this one. */
export const document: Document = await servedDocument()
export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, described]) => operationOf(method, path, described)),
)
export const reads = operations.filter(({ method }) => method === 'GET')
/** Those with `data` and `page`. Feeds have pages too, in formats of their own, and tests beside them. */
export const lists = reads.filter(
  (read) => names(read, 'query').includes('cursor') && isJson(read.responses[200]),
)
/** Those that write to something that is there. */
export const rewrites = operations.filter(({ method }) => ['PUT', 'PATCH', 'DELETE'].includes(method))
export const creations = operations.filter(({ method, responses }) => method === 'POST' && responses[201])
export const withJsonBody = operations.filter(({ types }) => types.includes('application/json'))
export const guarded = operations.filter(({ access }) => access !== 'public')

async function servedDocument(): Promise<Document> {
  const [sqlite] = engines
  if (!sqlite) throw new Error('There is no engine.')
  const api = await startApi(await sqlite.open())
  return (await api.get('/openapi.json')).body
}

function operationOf(method: string, path: string, described: Described): Operation {
  const { operationId, parameters = [], requestBody, responses } = described
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    access: accessOf(described),
    parameters,
    types: Object.keys(requestBody?.content ?? {}),
    bodyRequired: requestBody?.required ?? false,
    responses,
  }
}

function accessOf({ security = [], 'x-scopes': scopes = [] }: Described): Access {
  if (security.length === 0) return 'public'
  return (scopes[0] as Access | undefined) ?? 'key'
}

function isJson(response: Described['responses'][string] | undefined): boolean {
  return response !== undefined && 'content' in response && 'application/json' in (response.content ?? {})
}

export function operation(id: string): Operation {
  const found = operations.find((candidate) => candidate.id === id)
  if (!found) throw new Error(`The document has no operation ${id}.`)
  return found
}

/** The names of the parameters of one place. */
export function names({ parameters }: Operation, place: Parameter['in']): string[] {
  return parameters.filter((parameter) => parameter.in === place).map(({ name }) => name)
}

export const isArray = ({ schema }: Parameter): boolean => [schema.type].flat().includes('array')

/** A text that a parameter of this schema takes. */
export function valueFor({ example, enum: words, format, items, minimum, type }: Schema): string {
  if (items) return valueFor(items)
  if (example !== undefined) return String(example)
  if (words) return String(words[0])
  if (format === 'uri') return 'https://lighthouse.example/'
  if (format === 'date-time') return '2026-11-23T06:08:00.000Z'
  if (type === 'integer' || type === 'number') return String(minimum ?? 1)
  return 'x'
}
