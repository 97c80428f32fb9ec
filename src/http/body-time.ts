import { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../shared/failure.ts'

export type BodyTimes = {
  /** For a whole body. */
  wholeMs: number
  /** Without a byte of a body that is read as a stream. */
  idleMs: number
}

const usualTimes: BodyTimes = { wholeMs: 10_000, idleMs: 30_000 }

/**
 * A body that does not come ends with 408 and its connection, so that a slow client costs a socket for seconds, not minutes. One
 * that is read as a stream may take as long as it moves: only its pauses are bound.
 */
export function limitBodyTime(app: FastifyInstance, { wholeMs, idleMs }: BodyTimes = usualTimes): void {
  app.addHook('preParsing', (request, reply, _payload, done) => {
    if (hasBody(request) && !request.raw.complete) {
      if (request.routeOptions.config.operation?.stream) watchPauses(request, reply, idleMs)
      else watchWhole(request, reply, wholeMs)
    }
    done()
  })
  // What was answered before its body came, such as a key that is not known.
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    const { socket } = raw
    if (!raw.complete && socket instanceof Socket) {
      setTimeout(() => raw.complete || socket.destroy(), wholeMs).unref()
    }
    done()
  })
}

const hasBody = ({ headers }: FastifyRequest) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0

function watchWhole(request: FastifyRequest, reply: FastifyReply, wholeMs: number): void {
  const { raw } = request
  const timer = setTimeout(() => {
    breakOff(request, reply, `The body did not come within ${wholeMs / 1000} seconds.`)
  }, wholeMs)
  raw.once('end', () => clearTimeout(timer))
  raw.once('close', () => clearTimeout(timer))
}

function watchPauses(request: FastifyRequest, reply: FastifyReply, idleMs: number): void {
  const { raw } = request
  const { socket } = raw
  let read = socket.bytesRead
  const timer = setInterval(() => {
    // What has come and waits for us is no pause of the client.
    const isPause = socket.bytesRead === read && raw.readableLength === 0
    read = socket.bytesRead
    if (!isPause) return
    clearInterval(timer)
    breakOff(request, reply, `Of the body nothing came for ${idleMs / 1000} seconds.`)
  }, idleMs)
  raw.once('end', () => clearInterval(timer))
  raw.once('close', () => clearInterval(timer))
}

/** Told to whoever reads the body, who answers it; with the answer the connection ends. */
function breakOff({ raw }: FastifyRequest, reply: FastifyReply, message: string): void {
  if (raw.complete || raw.destroyed || raw.listenerCount('error') === 0) return void raw.destroy()
  // Once the answer is out, the request has none any more.
  const { socket } = raw
  if (!reply.raw.headersSent) reply.header('connection', 'close')
  reply.raw.once('finish', () => socket.destroySoon())
  raw.emit('error', new Failure('request-timeout', message))
}
