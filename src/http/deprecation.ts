import type { FastifyInstance, onRequestHookHandler } from 'fastify'

/** Every answer of a retired operation says so (RFC 9745) and until when it is there (RFC 8594). Before the routes. */
export function addDeprecation(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const deprecation = route.config?.operation?.deprecation
    if (!deprecation) return
    const since = `@${Math.floor(Date.parse(deprecation.since) / 1000)}`
    const sunset = deprecation.sunset && new Date(deprecation.sunset).toUTCString()
    const tell: onRequestHookHandler = (_request, reply, done) => {
      reply.header('deprecation', since)
      if (sunset) reply.header('sunset', sunset)
      done()
    }
    route.onRequest = [tell, ...[route.onRequest ?? []].flat()]
  })
}
