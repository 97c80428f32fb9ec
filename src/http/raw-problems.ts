import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Failure } from '../shared/failure.ts'
import { problemDocument, problemKinds } from './problems.ts'

/** Answers a request that the framework never sees with the problem document, and ends its connection. */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  failure: Failure,
  base: string,
): void {
  const requestId = randomUUID()
  const instance = request.url?.split('?', 1)[0] ?? ''
  const body = JSON.stringify(problemDocument(failure, base, instance, requestId))
  response.writeHead(problemKinds[failure.code].status, {
    ...failure.details.headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    Connection: 'close',
  })
  response.end(body)
}
