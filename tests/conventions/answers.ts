import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Response } from '../../src/http/document-types.ts'
import type { ApiReply } from '../support/api.ts'
import { fault } from '../support/contract.ts'
import { document, type Operation } from './document.ts'

/** A validator that shares nothing with the schemas from which the document was made. */
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addFormat('iri', (text) => URL.canParse(text))
ajv.addSchema(document, 'document')
const validators = new Map<string, ValidateFunction>()
const described = new Set(Object.keys(document.components.headers ?? {}).map((name) => name.toLowerCase()))
/** Told on any answer, by whatever is in front of the routes. */
const onAnyAnswer = ['x-request-id', 'ratelimit', 'ratelimit-policy', 'cache-control']

/** Throws where an answer is not what the document says of the operation: its status, its type, its headers, its body. */
export function checkDocumented(operation: Operation, answer: ApiReply & { request: string }): void {
  const { request, status, headers } = answer
  const found = operation.responses[status]
  if (!found) throw fault(request, status, 'is not in the document', String(answer.bytes))
  const response = '$ref' in found ? referred(found.$ref) : found
  for (const name of Object.keys(headers)) {
    const told = Object.keys(response.headers ?? {}).some((documented) => documented.toLowerCase() === name)
    if (described.has(name) && !told && !onAnyAnswer.includes(name)) {
      throw fault(request, status, `has a header that the document does not tell of: ${name}`, '')
    }
  }
  if (request.startsWith('HEAD') || answer.bytes.length === 0) return
  checkBody(operation, '$ref' in found ? pointer(found.$ref) : responsePointer(operation, status), answer)
}

/** Throws where a JSON body that was taken is not what the document says may be sent. */
export function checkTaken(
  operation: Operation,
  body: unknown,
  answer: ApiReply & { request: string },
): void {
  if (answer.status >= 300 || body === undefined || !operation.types.includes('application/json')) return
  const value = typeof body === 'string' ? JSON.parse(body.trim() || '{}') : body
  const place = `/paths/${escaped(operation.path)}/${operation.method.toLowerCase()}/requestBody`
  const schema = validator(`document#${place}/content/${escaped('application/json')}/schema`)
  if (!schema) throw new Error(`The document has no schema of the body of ${operation.id}.`)
  if (schema(value)) return
  const errors = ajv.errorsText(schema.errors, { separator: '\n' })
  const message = `of ${operation.id} took what the document does not: ${errors}`
  throw fault(answer.request, answer.status, message, JSON.stringify(value))
}

function checkBody(operation: Operation, place: string, answer: ApiReply & { request: string }): void {
  const { request, status, headers, body } = answer
  const type = headers['content-type']?.split(';')[0] ?? ''
  const schema = validator(`document#${place}/content/${escaped(type)}/schema`)
  if (!schema) throw fault(request, status, `has a type that the document does not tell of: ${type}`, '')
  const values = type === 'application/x-ndjson' ? lines(body) : [body]
  for (const value of values) {
    if (schema(value)) continue
    const errors = ajv.errorsText(schema.errors, { separator: '\n' })
    throw fault(request, status, `of ${operation.id} breaks the document: ${errors}`, JSON.stringify(value))
  }
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

function validator(reference: string): ValidateFunction | undefined {
  const known = validators.get(reference) ?? ajv.getSchema(reference)
  if (known) validators.set(reference, known)
  return known
}

const escaped = (name: string) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
const pointer = (reference: string) => reference.replace(/^#/, '')
const responsePointer = ({ path, method }: Operation, status: number) =>
  `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`

function referred(reference: string): Response {
  const response = document.components.responses?.[reference.replace('#/components/responses/', '')]
  if (!response) throw new Error(`The document has no ${reference}.`)
  return response
}
