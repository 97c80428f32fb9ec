import { readFileSync, writeFileSync } from 'node:fs'

/** What is read of the OpenAPI document. Its parameters are written out, and every body has an example. */
export type Document = {
  info: { title: string; version: string; summary: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
}
type Operation = {
  operationId: string
  summary: string
  description: string
  tags: string[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { example?: unknown }> }
  security: object[]
}
type Parameter = {
  in: 'path' | 'query' | 'header'
  name: string
  required?: boolean
  description?: string
  example?: unknown
  schema: { example?: unknown; default?: unknown; enum?: unknown[] }
}
type Variable = { key: string; value: string; description?: string }
type Request = ReturnType<typeof requestOf>

/** Of use to hubs alone. */
const leftOut = ['WebSub']

/**
 * A Postman collection (v2.1) of every operation, which Bruno, Insomnia and others import as well: a folder for each tag, the
 * examples of the document as bodies, and variables for the address, the key and the ids. The same document always makes the
 * same collection.
 */
export function postmanCollection({ info, tags, paths }: Document) {
  const requests = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => requestOf(path, method, operation)),
  )
  const folders = tags
    .filter(({ name }) => !leftOut.includes(name))
    .map(({ name, description }) => ({
      name,
      description,
      item: requests.filter(({ tag }) => tag === name).map(({ item }) => item),
    }))
  return {
    info: {
      name: info.title,
      description: `${info.summary} Set the variable \`baseUrl\` to the server and \`key\` to a key of yours; the other variables stand in the addresses.`,
      version: info.version,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{key}}', type: 'string' }] },
    variable: variablesOf(requests.filter(({ tag }) => !leftOut.includes(tag))),
    item: folders,
  }
}

/** One variable for each name; ids have the value of their example. */
function variablesOf(requests: Request[]): Variable[] {
  const found = new Map(requests.flatMap(({ variables }) => variables).map((one) => [one.key, one]))
  return [
    { key: 'baseUrl', value: 'http://127.0.0.1:3000', description: 'Where the server is, without /v1.' },
    { key: 'key', value: '', description: 'Sent as `Authorization: Bearer <key>`.' },
    ...[...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
  ]
}

function requestOf(path: string, method: string, operation: Operation) {
  const { operationId, summary, description, tags, parameters = [], requestBody, security } = operation
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const names = new Map(inPath.map(({ name }) => [name, variableName(path, name)]))
  const query = parameters.filter((parameter) => parameter.in === 'query').map(fieldOf)
  const headers = parameters.filter((parameter) => parameter.in === 'header').map(fieldOf)
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const segments = path.slice(1).split('/')
  const shown = segments.map((segment) => segment.replace(/^\{(.+)\}$/, ':$1'))
  const item = {
    id: operationId,
    name: summary,
    request: {
      method: method.toUpperCase(),
      description,
      ...(security.length === 0 && { auth: { type: 'noauth' } }),
      header: [...(type ? [{ key: 'Content-Type', value: type }] : []), ...headers],
      url: {
        raw: `{{baseUrl}}/${shown.join('/')}`,
        host: ['{{baseUrl}}'],
        path: shown,
        query,
        variable: inPath.map(({ name }) => ({ key: name, value: `{{${names.get(name)}}}` })),
      },
      ...(type && content && { body: bodyOf(type, content.example) }),
    },
    response: [],
  }
  const variables = inPath.map((parameter) => ({
    key: names.get(parameter.name) as string,
    value: exampleOf(parameter),
  }))
  return { tag: tags[0] as string, item, variables }
}

/** `articleId` for the `{id}` in `/v1/articles/{id}`; what says whose it is already keeps its name. */
function variableName(path: string, name: string): string {
  if (!['id', 'slug', 'code'].includes(name)) return name
  const owner = /([a-z]+)\/$/.exec(path.slice(0, path.indexOf(`{${name}}`)))?.[1] ?? ''
  const singular = owner.replace(/ies$/, 'y').replace(/s$/, '')
  return singular + name.charAt(0).toUpperCase() + name.slice(1)
}

/** What may be left out is there, switched off. */
function fieldOf(parameter: Parameter) {
  const { name, description = '', required = false } = parameter
  return { key: name, value: exampleOf(parameter), description, ...(!required && { disabled: true }) }
}

function exampleOf({ example, schema }: Parameter): string {
  const value = example ?? schema.example ?? schema.default ?? schema.enum?.[0] ?? ''
  return Array.isArray(value) ? value.join(',') : String(value)
}

function bodyOf(type: string, example: unknown) {
  // A line of NDJSON is one line.
  const isLines = type === 'application/x-ndjson'
  const raw = typeof example === 'string' ? example : JSON.stringify(example, null, isLines ? 0 : 2)
  const language = type.endsWith('json') && !isLines ? 'json' : type.endsWith('xml') ? 'xml' : 'text'
  return { mode: 'raw', raw, options: { raw: { language } } }
}

if (import.meta.main) {
  const folder = new URL('../openapi/', import.meta.url)
  const document = JSON.parse(readFileSync(new URL('openapi.json', folder), 'utf8'))
  const text = `${JSON.stringify(postmanCollection(document), null, 2)}\n`
  writeFileSync(new URL('newsweave.postman_collection.json', folder), text)
}
