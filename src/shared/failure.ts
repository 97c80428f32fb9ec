/** The things a caller can act on; `http/problems.ts` maps each to a status and explains it at `/problems/{code}`. */
export const failureCodes = [
  'bad-request',
  'bad-cursor',
  'unauthorized',
  'forbidden',
  'not-found',
  'method-not-allowed',
  'conflict',
  'gone',
  'changes-removed',
  'precondition-failed',
  'payload-too-large',
  'unsupported-media-type',
  'expectation-failed',
  'validation-failed',
  'idempotency-key-reused',
  'idempotency-key-in-use',
  'rate-limited',
  'headers-too-large',
  'uri-too-long',
  'request-timeout',
  'unavailable',
  'internal',
] as const

export type FailureCode = (typeof failureCodes)[number]

/** One field at fault: where it was sent, its dotted path there, and what is wrong with it. */
export type FieldError = { in: 'body' | 'query' | 'path' | 'header'; path: string; message: string }

export type FailureDetails = {
  errors?: FieldError[]
  /** Members added to the problem document, such as the `articleId` a conflict is with. */
  extensions?: Record<string, unknown>
  headers?: Record<string, string>
}

/** An outcome the caller can act on. Anything else that is thrown is a bug and is answered as one. */
export class Failure extends Error {
  readonly code: FailureCode
  readonly details: FailureDetails

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.details = details
  }
}

/** A body that is well formed and wrong in one field. */
export function invalidField(path: string, message: string): Failure {
  return new Failure('validation-failed', `${path}: ${message}`, { errors: [{ in: 'body', path, message }] })
}
