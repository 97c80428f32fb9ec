import type { FastifyInstance } from 'fastify'

/**
 * A line for each request, at `info`. The query is left out: it is the client's own, and may hold what it should not.
 * Where the log is less talkative than that, requests do not pay for it.
 */
export function addRequestLog(app: FastifyInstance): void {
  if (!('isLevelEnabled' in app.log) || !(app.log.isLevelEnabled as (level: string) => boolean)('info'))
    return
  app.addHook('onResponse', (request, reply, done) => {
    const entry = {
      method: request.method,
      path: request.url.split('?', 1)[0],
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 100) / 100,
      ...(request.actor && { keyId: request.actor.keyId }),
    }
    request.log.info(entry, 'request completed')
    done()
  })
}
