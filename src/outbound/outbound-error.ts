export const outboundCodes = [
  'refused-address',
  'dns',
  'connect',
  'tls',
  'timeout',
  'too-large',
  'too-many-redirects',
  'bad-redirect',
  'bad-encoding',
  'bad-answer',
  'reset',
] as const

export type OutboundCode = (typeof outboundCodes)[number]

/** Why no answer came of a request. The message is for logs and editors, and names no address of the inside. */
export class OutboundError extends Error {
  readonly code: OutboundCode

  constructor(code: OutboundCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OutboundError'
    this.code = code
  }
}

/** By the codes (or for want of one, the name) that Node, OpenSSL and undici give their errors; the first that fits counts. */
const kinds: [RegExp, OutboundCode, string][] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, 'dns', 'The host has no address.'],
  [/^UND_ERR_CONNECT_TIMEOUT$|^ETIMEDOUT$/, 'timeout', 'No connection came about in time.'],
  [/^UND_ERR_HEADERS_TIMEOUT$/, 'timeout', 'No headers came in time.'],
  [/^UND_ERR_BODY_TIMEOUT$/, 'timeout', 'The body stopped coming.'],
  [/^UND_ERR_HEADERS_OVERFLOW$/, 'too-large', 'The headers are too large.'],
  [
    /^(ECONNREFUSED|EHOST|ENET|EADDR|EAFNOSUPPORT|EACCES|EPERM|EINVAL)/,
    'connect',
    'The server cannot be reached.',
  ],
  [/SSL|TLS|CERT|SIGNATURE|^EPROTO$|^HOSTNAME_MISMATCH$/, 'tls', 'No secure connection came about.'],
  [/^HPE_|^HTTPParserError$/, 'bad-answer', 'The answer is not HTTP.'],
  [/^(ECONNRESET|EPIPE|UND_ERR_)/, 'reset', 'The connection broke.'],
]

/** What became of a request, in our words. What is none of the known failures is a bug, and stays as it is. */
export function outboundErrorOf(error: unknown): unknown {
  if (error instanceof OutboundError) return error
  const { code = '', name = '' } = error as NodeJS.ErrnoException
  if (code === 'UND_ERR_INVALID_ARG') return error
  const [, kind, message] = kinds.find(([pattern]) => pattern.test(code || name)) ?? []
  return kind ? new OutboundError(kind, message ?? '', { cause: error }) : error
}

/** What to tell an editor of an error: its message and code. */
export const outboundReason = ({ message, code }: OutboundError) => `${message} (${code})`
