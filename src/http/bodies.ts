import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure, type FieldError } from '../shared/failure.ts'
import { isTooDeep, maxDepth } from '../shared/json.ts'
import { maxErrors } from './field-errors.ts'
import type { OperationFacts } from './operation.ts'

const json = 'application/json'
const mergePatch = 'application/merge-patch+json'
export const xmlTypes = ['text/x-opml', 'application/xml', 'text/xml']
/** As hubs push them. */
export const feedTypes = [
  'application/rss+xml',
  'application/atom+xml',
  'application/rdf+xml',
  'application/feed+json',
  'application/xml',
  'text/xml',
]
const ndjson = 'application/x-ndjson'
const utf8 = new TextDecoder('utf-8', { fatal: true })
/** Only an escape can bring NUL or half a surrogate pair through strict UTF-8, so only then is the document walked. */
const suspiciousEscape = /\\u(?:0000|[dD][89a-fA-F])/

/** The types of body that an operation of this method reads, if it reads any. */
export function bodyTypes({ stream, text }: OperationFacts, method: string): string[] {
  if (stream) return [stream.request]
  if (text) return text.types
  return method === 'PATCH' ? [mergePatch, json] : [json]
}

/** JSON as strict UTF-8, NDJSON as the stream that it is, and texts as bytes, since they say themselves how they are written. Other types of body are refused with 415. */
export function addBodyParsers(app: FastifyInstance) {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') refuseOtherTypes(request)
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser([json, mergePatch], { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config.operation?.text) return done(null, body)
    // Some clients name a type with every request.
    if (body.length === 0 && !request.routeOptions.schema?.body) return done(null, undefined)
    let text: string
    try {
      text = decodeUtf8(body as Buffer)
    } catch (error) {
      return done(error as Error)
    }
    const tooDeep = tooDeepFailure(text)
    if (tooDeep) return done(tooDeep)
    parseJson(request, text, (error, value) => {
      if (error) return done(unreadableJson(text))
      // The framework takes it for no body at all, which an operation may do with.
      if (value === null) return done(bodyFailure('Expected an object, not null.'))
      done(unstorableFailure(text, value) ?? null, value)
    })
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.config.operation?.text) done(null, body)
    else done(new Failure('unsupported-media-type', `Send the body as ${json}, named in Content-Type.`))
  })
  app.addContentTypeParser(ndjson, (_request, stream, done) => done(null, stream))
}

/** Where JSON ends to be JSON. What node reads and the framework does not could change what objects are. */
function unreadableJson(text: string): Failure {
  try {
    JSON.parse(text)
  } catch (error) {
    return new Failure('bad-request', `The body is no JSON: ${(error as Error).message}.`)
  }
  return new Failure('bad-request', 'The body has a member `__proto__` or `constructor`, which is not taken.')
}

function bodyFailure(message: string): Failure {
  return new Failure('validation-failed', message, { errors: [{ in: 'body', path: '', message }] })
}

/** Asked before the text is parsed, which is what it saves. */
export const tooDeepFailure = (text: string): Failure | undefined =>
  isTooDeep(text) ? bodyFailure(`Nested more than ${maxDepth} deep.`) : undefined

/** A body is of a type that its operation reads, not just of one that some other does. */
function refuseOtherTypes({ headers, method, routeOptions }: FastifyRequest) {
  const { operation } = routeOptions.config
  const isSent = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0
  if (!operation || !isSent) return
  const { stream, text } = operation
  if (text?.anyType) return
  const reads = stream !== undefined || text !== undefined || routeOptions.schema?.body !== undefined
  if (!reads) throw new Failure('unsupported-media-type', 'This operation reads no body.')
  const types = bodyTypes(operation, method)
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (types.includes(type)) return
  throw new Failure(
    'unsupported-media-type',
    `Send the body as ${types.join(' or ')}, named in Content-Type.`,
  )
}

/** Throws `bad-request` for bytes that are no UTF-8: replacing them would keep something other than what was sent. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Failure('bad-request', 'The body is not UTF-8.')
  }
}

/** One engine would keep NUL and lone surrogates, the other refuses NUL: neither gets in. */
export function unstorableFailure(text: string, value: unknown): Failure | undefined {
  if (!suspiciousEscape.test(text)) return undefined
  const errors = unstorable(value)
  if (errors.length === 0) return undefined
  return new Failure('validation-failed', 'A text has a NUL character or half of a surrogate pair.', {
    errors,
  })
}

/** Where a text or a name cannot be kept. */
function unstorable(value: unknown, path: string[] = [], found: FieldError[] = []): FieldError[] {
  if (typeof value === 'string' && !storable(value)) found.push(fault(path))
  if (typeof value !== 'object' || value === null) return found
  for (const [key, member] of Object.entries(value)) {
    if (found.length >= maxErrors) return found
    if (storable(key)) unstorable(member, [...path, key], found)
    else found.push(fault(path))
  }
  return found
}

const storable = (text: string) => text.isWellFormed() && !text.includes('\0')

const fault = (path: string[]): FieldError => ({
  in: 'body',
  path: path.join('.'),
  message: 'Has a NUL character or half of a surrogate pair.',
})
