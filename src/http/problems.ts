import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure, type FailureCode } from '../shared/failure.ts'

type ProblemKind = { status: number; title: string; explanation: string }

/** One row per failure: its status, its name, and what the page at `/problems/{code}` tells the reader to do. */
export const problemKinds: Record<FailureCode, ProblemKind> = {
  'bad-request': {
    status: 400,
    title: 'The request cannot be read',
    explanation:
      'A path, a parameter, a header or the JSON itself is not of the form that the operation takes. `errors` names each part at fault. Unknown parameters are refused too, so that a misspelt filter never widens a result.',
  },
  'bad-cursor': {
    status: 400,
    title: 'The cursor does not fit',
    explanation:
      'A cursor continues the one list that it came from, with the same filters and the same order. Repeat those parameters, or leave the cursor out to start again.',
  },
  unauthorized: {
    status: 401,
    title: 'A valid key is needed',
    explanation:
      'Send `Authorization: Bearer <key>`. The key is missing, unknown, expired or revoked, or its partner is suspended. An administrator issues keys at `POST /v1/partners/{id}/keys` or with `newsweave key create`.',
  },
  forbidden: {
    status: 403,
    title: 'The key may not do this',
    explanation:
      'The key is valid and lacks the scope that the operation names. `GET /v1/me` lists what a key may do.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    explanation: 'No resource has this address, or it is one that only a key may see.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method does not fit the resource',
    explanation: 'The `Allow` header lists the methods that this address takes.',
  },
  conflict: {
    status: 409,
    title: 'The request conflicts with what is there',
    explanation:
      'Something else already has this identity, or stands in the way of the change. `detail` says what, and members such as `articleId` say where it is.',
  },
  gone: {
    status: 410,
    title: 'This is no longer here',
    explanation:
      'The article was withdrawn or deleted. A withdrawal carries its `reason` and may be undone by an editor; a deletion leaves a tombstone, so that the same item does not come back by itself.',
  },
  'changes-removed': {
    status: 410,
    title: 'The changes asked for are not kept any more',
    explanation:
      'The log is kept for a time that the operator sets, and `after` or `Last-Event-ID` is older. `startAgain` says how to go on: read everything anew at its `export`, then follow the log from its `after`.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The resource has changed since it was read',
    explanation:
      'The `If-Match` header names an older version. Read the resource again, and repeat the write.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    explanation:
      'Send less at once. Many articles go to `POST /v1/articles/import` as NDJSON, which has no limit in all and one for each line.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has a type that is not read here',
    explanation:
      'Send `Content-Type: application/json`; `application/merge-patch+json` for PATCH; `application/x-ndjson` for an import.',
  },
  'expectation-failed': {
    status: 417,
    title: 'The expectation cannot be met',
    explanation: 'Leave the `Expect` header out, or send `Expect: 100-continue`, the only one that there is.',
  },
  'validation-failed': {
    status: 422,
    title: 'The body is well formed and wrong',
    explanation:
      '`errors` names each member at fault and what it should be. Nothing of the request was kept.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used for another request',
    explanation:
      'A key stands for one request and is remembered for 24 hours. Make a new key for each new request, and repeat one only with the same body.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running',
    explanation: 'Wait a moment and repeat the same request: it answers what the first one did.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    explanation:
      'Wait the seconds that `Retry-After` names. `RateLimit` and `RateLimit-Policy` tell on every answer how much is left. A key has a larger quota than an address.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    explanation: 'The address and all headers together may have 16 KiB. Cookies are not needed here.',
  },
  'uri-too-long': {
    status: 414,
    title: 'The address is too long',
    explanation: 'Ask for fewer filters at once.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    explanation: 'The connection was open and the request did not come to its end. Send it again.',
  },
  unavailable: {
    status: 503,
    title: 'The service cannot answer at the moment',
    explanation:
      'Wait the seconds that `Retry-After` names and repeat the request, with its Idempotency-Key.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    explanation: 'A fault of ours. Report it with the `requestId`, under which the log holds the cause.',
  },
}

export const Problem = z
  .looseObject({
    type: z.url().describe('The address of the page that explains this kind of problem.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('The path that was asked for.'),
    requestId: z.string().describe('Under this id the log of the service holds the request.'),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'query', 'path', 'header']),
          path: z.string(),
          message: z.string(),
        }),
      )
      .optional()
      .describe('The fields at fault.'),
  })
  .meta({
    id: 'Problem',
    description: 'What went wrong (RFC 9457). Some kinds add members, such as the `articleId` of a conflict.',
    example: {
      type: 'http://127.0.0.1:3000/problems/validation-failed',
      title: 'The body is well formed and wrong',
      status: 422,
      detail: 'title: Must not be empty.',
      instance: '/v1/articles',
      requestId: 'req-1',
      errors: [{ in: 'body', path: 'title', message: 'Must not be empty.' }],
    },
  })

const codesOfStatus: Record<number, FailureCode> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'payload-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  417: 'expectation-failed',
  429: 'rate-limited',
  431: 'headers-too-large',
  503: 'unavailable',
}

/** Any error as a `Failure`: ours as it is, the framework's by its status, and the rest as `internal`, saying nothing. */
export function asFailure(error: unknown, bodyLimit?: number): Failure {
  if (error instanceof Failure) return error
  const { statusCode, message, code } = (error ?? {}) as {
    statusCode?: number
    message?: string
    code?: string
  }
  if (statusCode === 413 && bodyLimit !== undefined)
    return new Failure('payload-too-large', `The body has more than ${bodyLimit.toLocaleString('en')} bytes.`)
  const known = statusCode === undefined ? undefined : codesOfStatus[statusCode]
  if (known) return new Failure(known, frameworkDetails[code ?? ''] ?? String(message))
  if (statusCode && statusCode >= 400 && statusCode < 500) return new Failure('bad-request', String(message))
  return new Failure('internal', 'Internal error')
}

const frameworkDetails: Record<string, string> = {
  FST_ERR_BAD_URL: 'The address has a percent sign that begins no UTF-8 character.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty: send a JSON document, or leave Content-Type out.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'This operation does not read bodies of the Content-Type sent.',
}

/** The members of a problem document. `base` is the public address of the service, without a slash at its end. */
export function problemDocument(failure: Failure, base: string, instance: string, requestId: string) {
  const kind = problemKinds[failure.code]
  return {
    type: `${base}/problems/${failure.code}`,
    title: kind.title,
    status: kind.status,
    detail: failure.message,
    instance,
    requestId,
    ...(failure.details.errors && { errors: failure.details.errors }),
    ...failure.details.extensions,
  }
}

/** Answers with the problem document; a body already begun is left to the framework. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown, base: string) {
  const failure = asFailure(error, request.routeOptions.bodyLimit)
  const { status } = problemKinds[failure.code]
  if (failure.code === 'internal' && !isBrokenOff(request, error))
    request.log.error({ err: error }, 'internal error')
  else if (failure.cause) request.log.warn({ err: failure.cause }, failure.message)
  const instance = request.url.split('?', 1)[0] ?? ''
  reply.removeHeader('etag').removeHeader('last-modified').removeHeader('link')
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', ...failure.details.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemDocument(failure, base, instance, request.id))
}

/** By a client that went while it sent its body: nobody reads the answer. */
const isBrokenOff = ({ raw }: FastifyRequest, error: unknown) =>
  raw.readableAborted && (error as { code?: string }).code === 'ECONNRESET'
