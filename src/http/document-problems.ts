import type { FailureCode } from '../shared/failure.ts'
import type { Method, Operation, Response } from './document-types.ts'
import type { OperationFacts } from './operation.ts'
import { problemKinds } from './problems.ts'

const headersOfProblems: Partial<Record<FailureCode, string>> = {
  unauthorized: 'WWW-Authenticate',
  'precondition-failed': 'ETag',
  'idempotency-key-in-use': 'Retry-After',
  'rate-limited': 'Retry-After',
  unavailable: 'Retry-After',
}

/** Every failure that an operation of this shape can answer with, and those that it declares. */
export function failuresOf(operation: Operation, facts: OperationFacts, method: Method): FailureCode[] {
  const parameters = operation.parameters ?? []
  const has = (place: string, name: string) =>
    parameters.some((parameter) => parameter.in === place && parameter.name.toLowerCase() === name)
  const codes: (FailureCode | false)[] = [
    'bad-request',
    has('query', 'cursor') && 'bad-cursor',
    facts.access !== 'public' && 'unauthorized',
    facts.access !== 'public' && facts.access !== 'key' && 'forbidden',
    parameters.some((parameter) => parameter.in === 'path') && 'not-found',
    parameters.some((parameter) => parameter.in === 'path') && 'uri-too-long',
    has('header', 'if-match') && 'precondition-failed',
    has('header', 'idempotency-key') && 'idempotency-key-in-use',
    has('header', 'idempotency-key') && 'idempotency-key-reused',
    method !== 'get' && 'unsupported-media-type',
    operation.requestBody !== undefined && !facts.stream && 'payload-too-large',
    operation.requestBody !== undefined && !facts.stream && 'validation-failed',
    'rate-limited',
    'internal',
    'unavailable',
    ...(facts.problems ?? []),
  ]
  return [...new Set(codes.filter((code) => code !== false))]
}

/** The failures under their statuses, each status with the name of the component that describes it. */
export function problemsByStatus(codes: FailureCode[]): Map<number, { name: string; codes: FailureCode[] }> {
  const byStatus = Map.groupBy([...codes].sort(), (code) => problemKinds[code].status)
  const sorted = [...byStatus].sort(([a], [b]) => a - b)
  return new Map(
    sorted.map(([status, together]) => [status, { name: componentName(together), codes: together }]),
  )
}

/** The reusable answers that these failures need. */
export function problemComponents(codes: FailureCode[]): Record<string, Response> {
  const components = [...problemsByStatus(codes).values()].map(({ name, codes: together }) => [
    name,
    problemResponse(together),
  ])
  return Object.fromEntries(components)
}

function problemResponse(codes: FailureCode[]): Response {
  const own = codes.flatMap((code) => headersOfProblems[code] ?? [])
  const headers = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy', ...own]
  return {
    description: codes.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(' '),
    headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleProblem(code) }])),
      },
    },
  }
}

function exampleProblem(code: FailureCode) {
  const { title, status } = problemKinds[code]
  return {
    type: `http://127.0.0.1:3000/problems/${code}`,
    title,
    status,
    detail: title,
    instance: '/v1/articles',
    requestId: '0f3c7a52-6f1e-4d8b-9a51-2f6f0a3d9b7c',
  }
}

function componentName(codes: FailureCode[]): string {
  const pascal = (code: string) =>
    code.replace(/(^|-)([a-z])/g, (_match, _dash, letter) => letter.toUpperCase())
  return codes.map(pascal).join('Or')
}
