import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Failure } from '../shared/failure.ts'
import { addBodyParsers } from './bodies.ts'
import { type BodyTimes, limitBodyTime } from './body-time.ts'
import { invalidInput } from './field-errors.ts'
import { asFailure, problemDocument, problemKinds, sendProblem } from './problems.ts'
import { answerProblem } from './raw-problems.ts'
import { loggerOfRequest } from './request-log.ts'

export type ServerOptions = {
  logger: FastifyBaseLogger
  /** The public address, without a slash at its end. Absolute links come from here, never from forwarded headers. */
  publicUrl: () => string
  /** CIDRs of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: string[]
  /** How long bodies may take, where a test does not wait for it. */
  bodyTimes?: BodyTimes
}

export type Server = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

const maxBodyBytes = 1024 * 1024
const maxHeaderBytes = 16 * 1024
const parts = { body: 'body', querystring: 'query', params: 'path', headers: 'header' } as const

/** Fastify with zod at its edges and problem+json for every answer that fails, also those of Fastify and of node itself. */
export function createServer(options: ServerOptions): Server {
  const { publicUrl } = options
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger,
    childLoggerFactory: loggerOfRequest,
    trustProxy: options.trustedProxies.length > 0 ? options.trustedProxies : false,
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: maxBodyBytes,
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: 5_000,
      // Else what is late is looked for twice a minute only.
      connectionsCheckingInterval: 5_000,
      // For bodies that are read as streams; others have seconds.
      requestTimeout: 600_000,
      // Demanded in `refuseUnclearHost`, since node's own refusal has no body.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 1000 },
    schemaController: { compilersFactory: { buildValidator: notBuilt, buildSerializer: notBuilt } },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, publicUrl()),
    frameworkErrors: (error, request, reply) => {
      identify(request, reply)
      // No other hook is run for these.
      reply.header('x-content-type-options', 'nosniff')
      sendProblem(request, reply, error, publicUrl())
    },
  })
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => {
    const place = parts[httpPart as keyof typeof parts] ?? 'body'
    return (value) => {
      // A request without a body reaches zod as undefined, for which its own message says "received undefined".
      const result = compiledOf(schema).safeParse(value ?? undefined)
      return result.success ? { value: result.data } : { error: invalidInput(result.error, place) }
    }
  })
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error, publicUrl()))
  // Hooks of every request take a callback: a promise for each costs more than what most of them do.
  app.addHook('onRequest', (request, reply, done) => {
    identify(request, reply)
    refuseUnclearHost(request)
    done()
  })
  // Behind the limits, which count and tell every request.
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    refuseUnreadableUrl(request)
    done()
  })
  addBodyParsers(app)
  limitBodyTime(app, options.bodyTimes)
  const methodsAt = rememberMethods(app)
  answerUnknownRoutes(app, methodsAt)
  finishAnswers(app, methodsAt)
  app.server.on('checkExpectation', (request, response) => answerExpectation(request, response, publicUrl()))
  return app.withTypeProvider<ZodTypeProvider>()
}

/** What reads and writes is set below. Without this the framework loads its own for JSON Schema, a twentieth of a start. */
function notBuilt(): never {
  throw new Error('Schemas are of zod.')
}

const compiled = new WeakMap<z.ZodType, z.ZodType>()

/** Compiled when a request first needs it: all at once are most of what an app takes to be ready. */
function compiledOf(schema: z.ZodType): z.ZodType {
  let known = compiled.get(schema)
  if (!known) {
    known = z.compile(schema)
    compiled.set(schema, known)
  }
  return known
}

function identify(request: FastifyRequest, reply: FastifyReply) {
  reply.header('x-request-id', request.id)
}

/** RFC 9112, 3.2: an HTTP/1.1 request names its host, once. */
function refuseUnclearHost({ raw }: FastifyRequest) {
  let hosts = 0
  for (let index = 0; index < raw.rawHeaders.length; index += 2) {
    const name = raw.rawHeaders[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  if (hosts > 1 || (hosts === 0 && raw.httpVersion === '1.1'))
    throw new Failure('bad-request', 'The request has no Host header, or more than one.')
}

/**
 * What is on every answer but of no request, so that answers are kept with it. One under way while the server closes ends
 * its connection, which would keep the process alive for its idle time.
 */
function finishAnswers(app: FastifyInstance, methodsAt: MethodsAt) {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-content-type-options', 'nosniff')
    if (request.method === 'OPTIONS') tellMethods(request, reply, methodsAt)
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}

/** RFC 9110, 9.3.7. A browser that asks before it writes reads other headers. */
function tellMethods(request: FastifyRequest, reply: FastifyReply, methodsAt: MethodsAt) {
  if (request.headers['access-control-request-method'] !== undefined) return
  const methods = methodsAt(request)
  if (methods) reply.header('allow', methods.join(', '))
}

/** Percent signs that are no UTF-8, and NUL, which one of the engines would keep and the other refuse. */
function refuseUnreadableUrl(request: FastifyRequest) {
  if (!request.url.includes('%')) return
  try {
    if (!decodeURIComponent(request.url.replaceAll('+', ' ')).includes('\0')) return
  } catch {
    throw new Failure('bad-request', 'The address has a percent sign that begins no UTF-8 character.')
  }
  throw new Failure('bad-request', 'The address has a NUL character (%00), which no text here may have.')
}

type MethodsAt = (request: FastifyRequest) => string[] | undefined

/** The methods under which the address of a request exists, if it does under any. */
function rememberMethods(app: FastifyInstance): MethodsAt {
  const methodsOf = new Map<string, Set<string>>()
  app.addHook('onRoute', (route) => {
    if (route.url.includes('*')) return
    const methods = methodsOf.get(route.url) ?? new Set()
    for (const method of [route.method].flat()) methods.add(method)
    methodsOf.set(route.url, methods)
  })
  return (request) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const urls = [...methodsOf.keys()].filter((url) => patternOf(url).test(path))
    // The one that the router would take: `/v1/articles/import` is no `/v1/articles/:id`.
    const [url] = urls.sort((a, b) => a.split(':').length - b.split(':').length)
    const methods = url === undefined ? undefined : methodsOf.get(url)
    return methods && [...methods].sort()
  }
}

/** 404, or 405 with `Allow` where the address exists under other methods. */
function answerUnknownRoutes(app: FastifyInstance, methodsAt: MethodsAt) {
  app.setNotFoundHandler((request) => {
    const methods = methodsAt(request)
    if (methods && !methods.includes(request.method)) {
      const allow = methods.join(', ')
      throw new Failure('method-not-allowed', `${request.method} is not among ${allow}.`, {
        headers: { Allow: allow },
      })
    }
    throw new Failure(
      'not-found',
      'No resource has this address. The document at /openapi.json lists all there are.',
    )
  })
}

const patternOf = (url: string) => new RegExp(`^${url.replace(/:[^/]+/g, '[^/]+')}$`)

/** Node knows one expectation. A request with any other never reaches the framework. */
function answerExpectation(request: IncomingMessage, response: ServerResponse, base: string) {
  const message = 'There is no other expectation than 100-continue.'
  answerProblem(request, response, new Failure('expectation-failed', message), base)
}

/** A browser encodes what is typed into its address bar; `curl` and many libraries leave that to their user. */
function unreadable({ code = '' }: { code?: string }): string | undefined {
  if (code === 'HPE_INVALID_URL')
    return 'The address has a character that is not ASCII, or does not begin with a slash: percent-encode it (curl: -G --data-urlencode).'
  return code in statusOfParser ? undefined : 'The request is no readable HTTP.'
}

const statusOfParser: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** What node's parser refuses never becomes a request, so the answer is written on the socket. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket, base: string) {
  // Behind the beginning of another answer, this one would be taken for a part of it.
  const { _httpMessage: begun } = socket as Socket & { _httpMessage?: ServerResponse }
  if (error.code === 'ECONNRESET' || !socket.writable || begun?.headersSent) return void socket.destroy()
  const statusCode = statusOfParser[error.code ?? ''] ?? 400
  const message = unreadable(error) ?? problemKinds[asFailure({ statusCode }).code].explanation
  const failure = asFailure({ statusCode, message })
  const requestId = randomUUID()
  const body = JSON.stringify(problemDocument(failure, base, '', requestId))
  const head = [
    `HTTP/1.1 ${statusCode} ${problemKinds[failure.code].title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
