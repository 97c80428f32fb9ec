import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'

/**
 * Where a header or a setting with a secret might stand in an entry. Nothing of ours logs one. Places are named one by one,
 * since each wildcard would cost microseconds of every request.
 */
const secrets = ['authorization', 'cookie', 'set-cookie', 'x-api-key', 'adminKey', 'databaseUrl', 'password']
const places = ['', 'headers.', 'req.headers.', 'request.headers.', 'res.headers.', 'reply.headers.']
const paths = places.flatMap((place) => secrets.map((name) => pathOf(place, name)))

/** JSON lines on stderr, since stdout is for what a command answers. */
export function createLogger(
  level: string,
  stream: DestinationStream = destination({ dest: 2, sync: false }),
): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths, censor: '[redacted]' },
    },
    stream,
  )
}

function pathOf(place: string, name: string): string {
  return name.includes('-') ? `${place.replace(/\.$/, '')}["${name}"]` : `${place}${name}`
}
