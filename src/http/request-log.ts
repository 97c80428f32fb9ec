import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

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

type Child = FastifyBaseLogger['child']
type Late = {
  of: FastifyBaseLogger
  bindings: Parameters<Child>[0]
  options: Parameters<Child>[1]
  made?: FastifyBaseLogger
}

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

function made(late: Late): FastifyBaseLogger {
  late.made ??= late.of.child(late.bindings, late.options)
  return late.made
}

/** What all late loggers share, so that one costs no more than three members. */
const lateLogger = {
  ...Object.fromEntries(
    levels.map((level) => [
      level,
      function log(this: Late, ...given: [object, string]) {
        made(this)[level](...given)
      },
    ]),
  ),
  child(this: Late, ...given: Parameters<Child>) {
    return made(this).child(...given)
  },
}

/** The logger of one request. It is made when it is used: most requests log nothing, and making it costs more than sending. */
export function loggerOfRequest(of: FastifyBaseLogger, bindings: Late['bindings'], options: Late['options']) {
  const late: Late = Object.create(lateLogger)
  late.of = of
  late.bindings = bindings
  late.options = options
  return late as unknown as FastifyBaseLogger
}
