import type { FastifyInstance, onSendHookHandler } from 'fastify'

/**
 * HEAD has the headers of GET, those of encoding included: its body is dropped behind all other hooks. The framework drops
 * it in front of them, and says of a 304 that it would have no bytes. Registered after compression, before the routes.
 */
export function addHead(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') return
    const hooks = [route.onSend ?? []].flat().filter(({ name }) => name !== 'headRouteOnSendHandler')
    route.onSend = [endStream, ...hooks, dropBody]
  })
}

type Stream = { destroy?: () => void; resume?: () => void }

/** Nobody would see what it has to tell, and an export reads the whole newsroom. */
const endStream: onSendHookHandler<unknown> = (_request, _reply, payload, done) => {
  const stream = payload as Stream | null | undefined
  if (typeof stream?.destroy !== 'function') return done(null, payload)
  stream.destroy()
  done(null, null)
}

const dropBody: onSendHookHandler<unknown> = (_request, reply, payload, done) => {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
    reply.header('content-length', Buffer.byteLength(payload))
  }
  // What compression makes of a large body: it ends by itself once it is read.
  const stream = payload as Stream | null | undefined
  if (typeof stream?.resume === 'function') stream.resume()
  done(null, null)
}
