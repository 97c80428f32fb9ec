import { tmpdir } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { Problem } from '../../src/http/problems.ts'

export type Headers = Record<string, string>

export type Reply = {
  /** For messages: what was asked. */
  request: string
  status: number
  headers: Headers
  /** The body as text, decompressed. */
  text: string
}

/** What a route declares of its answers: a zod schema for each status. */
export type DeclaredAnswers = Record<string, unknown> | undefined

/** Stacks, statements, drivers, paths: what no failing answer may show. */
const inside = [
  /\bat .+:\d+:\d+/,
  /\b(select|delete)\b.+\bfrom\b|\binsert into\b|\bupdate\b.+\bset\b/is,
  /sqlite|postgres|better-sqlite3|ECONN|EACCES|ENOENT|node_modules/i,
  new RegExp(RegExp.escape(process.cwd())),
  new RegExp(`${RegExp.escape(tmpdir())}/|/dev/shm/`),
]
const utcMilliseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Throws where a failing answer is not the problem document that every failing answer is. */
export function checkProblem({ request, status, headers, text }: Reply): void {
  const type = headers['content-type'] ?? ''
  if (!/^application\/problem\+json\b/.test(type)) throw fault(request, status, `has type "${type}"`, text)
  const parsed = Problem.safeParse(JSON.parse(text))
  if (!parsed.success) throw fault(request, status, `is no problem: ${z.prettifyError(parsed.error)}`, text)
  const problem = parsed.data
  if (problem.status !== status) throw fault(request, status, 'names another status', text)
  if (problem.requestId === '' || problem.requestId !== headers['x-request-id']) {
    throw fault(request, status, `has the request id "${headers['x-request-id']}" in its header`, text)
  }
  // The path is the caller's own.
  const shown = JSON.stringify({ ...problem, instance: '' })
  for (const pattern of inside) {
    if (pattern.test(shown)) throw fault(request, status, `shows something of the inside (${pattern})`, text)
  }
}

/** Throws where a JSON answer is not exactly what its route declares: other members, other types, other times. */
export function checkDeclared(reply: Reply, answers: DeclaredAnswers): void {
  const { request, status, text } = reply
  const schema = schemaOf(answers, reply)
  if (!schema) throw fault(request, status, 'has a status or type that its route does not declare', text)
  const body = JSON.parse(text)
  const parsed = schema.safeParse(body)
  if (!parsed.success)
    throw fault(request, status, `breaks its schema: ${z.prettifyError(parsed.error)}`, text)
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(parsed.data)), body)) {
    throw fault(request, status, 'has members that its schema does not', text)
  }
  // The document shows times as they may be sent, too.
  if (body?.openapi === undefined) checkTimes(reply, body)
}

function schemaOf(answers: DeclaredAnswers, { status, headers }: Reply): z.ZodType | undefined {
  const declared = answers?.[status] ?? answers?.[`${String(status)[0]}xx`] ?? answers?.default
  if (declared instanceof z.ZodType) return declared
  const { content } = (declared ?? {}) as { content?: Record<string, { schema: z.ZodType }> }
  return content?.[headers['content-type']?.split(';')[0] ?? '']?.schema
}

function checkTimes(reply: Reply, value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (/^at$|[a-z]At$/.test(name) && typeof member === 'string' && !utcMilliseconds.test(member)) {
      throw fault(
        reply.request,
        reply.status,
        `has no RFC 3339 time in UTC with milliseconds in ${name}`,
        member,
      )
    }
    checkTimes(reply, member)
  }
}

export function fault(request: string, status: number, message: string, text: string): Error {
  return new Error(`${request}: the answer ${status} ${message}\n${text.slice(0, 2000)}`)
}
