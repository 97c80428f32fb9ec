import type { FastifyInstance } from 'fastify'
import { Failure, type FieldError } from '../shared/failure.ts'

const jsonTypes = ['application/json', 'application/merge-patch+json']
const utf8 = new TextDecoder('utf-8', { fatal: true })
/** Only an escape can bring NUL or half a surrogate pair through strict UTF-8, so only then is the document walked. */
const suspiciousEscape = /\\u(?:0000|[dD][89a-fA-F])/

/** JSON as strict UTF-8, and NDJSON as the stream that it is. Other types of body are refused with 415. */
export function addBodyParsers(app: FastifyInstance) {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(jsonTypes, { parseAs: 'buffer' }, (request, body, done) => {
    let text: string
    try {
      text = decodeUtf8(body as Buffer)
    } catch (error) {
      return done(error as Error)
    }
    parseJson(request, text, (error, value) => {
      if (error) return done(error)
      done(unstorableFailure(text, value) ?? null, value)
    })
  })
  app.addContentTypeParser('application/x-ndjson', (_request, stream, done) => done(null, stream))
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
  const errors = unstorable(value, [])
  if (errors.length === 0) return undefined
  return new Failure('validation-failed', 'A text has a NUL character or half of a surrogate pair.', {
    errors,
  })
}

function unstorable(value: unknown, path: string[]): FieldError[] {
  if (typeof value === 'string') return storable(value) ? [] : [fault(path)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    storable(key) ? unstorable(member, [...path, key]) : [fault(path)],
  )
}

const storable = (text: string) => text.isWellFormed() && !text.includes('\0')
const fault = (path: string[]): FieldError => ({
  in: 'body',
  path: path.join('.'),
  message: 'Has a NUL character or half of a surrogate pair.',
})
