import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure, type FailureCode, failureCodes } from '../shared/failure.ts'
import { addVary } from './caching.ts'
import { operation } from './operation.ts'
import { escapeHtml, proseHtml, sendPage } from './page.ts'
import { problemKinds } from './problems.ts'
import type { Server } from './server.ts'

const tag = 'Operations'
const ProblemKind = z
  .object({
    type: z.url().describe('What `type` is in a problem of this kind.'),
    code: z.enum(failureCodes),
    status: z.int(),
    title: z.string(),
    explanation: z.string().describe('What it means and what to do.'),
  })
  .meta({
    id: 'ProblemKind',
    example: {
      type: 'http://127.0.0.1:3000/problems/not-found',
      code: 'not-found',
      status: 404,
      title: problemKinds['not-found'].title,
      explanation: problemKinds['not-found'].explanation,
    },
  })
type ProblemKind = z.infer<typeof ProblemKind>
const ProblemKindList = z.object({ data: z.array(ProblemKind) }).meta({ id: 'ProblemKindList' })

const both = (schema: z.ZodType) => ({
  content: { 'application/json': { schema }, 'text/html': { schema: z.string() } },
})

/** `type` of every problem is an address that answers: a page for people, JSON for programs that ask for it. */
export function addProblemPages(app: Server, publicUrl: () => string): void {
  const kindOf = (code: FailureCode): ProblemKind => ({
    type: `${publicUrl()}/problems/${code}`,
    code,
    ...problemKinds[code],
  })
  app.get(
    '/problems',
    operation(
      {
        id: 'listProblemKinds',
        tag,
        summary: 'List the kinds of problems',
        description:
          'Every kind of failing answer, with what to do about it. HTML, or JSON where `Accept` asks for it.',
        access: 'public',
      },
      { response: { 200: both(ProblemKindList) } },
    ),
    async (request, reply) => {
      const data = failureCodes.map(kindOf)
      const items = data.map(
        ({ code, status, title }) =>
          `<li><a href="problems/${code}"><code>${code}</code></a> <span class="status">${status}</span> ${escapeHtml(title)}</li>`,
      )
      const page = `<h1>Problems</h1>\n<p>What a failing answer may be, by its <code>type</code>.</p>\n<ul>\n${items.join('\n')}\n</ul>`
      return sendEither(request, reply, { data }, () => sendPage(reply, 'Problems', page)) as never
    },
  )
  app.get(
    '/problems/:code',
    operation(
      {
        id: 'getProblemKind',
        tag,
        summary: 'Explain a kind of problem',
        description: 'What the `type` of a problem leads to. HTML, or JSON where `Accept` asks for it.',
        access: 'public',
      },
      {
        params: z.strictObject({
          code: z
            .string()
            .max(100)
            .meta({ description: 'The end of the `type` of a problem.', example: 'not-found' }),
        }),
        response: { 200: both(ProblemKind) },
      },
    ),
    async (request, reply) => {
      const code = failureCodes.find((known) => known === request.params.code)
      if (!code) throw new Failure('not-found', 'There is no such kind of problem. /problems lists them.')
      const kind = kindOf(code)
      return sendEither(request, reply, kind, () => sendPage(reply, kind.title, pageOf(kind))) as never
    },
  )
}

function pageOf({ code, status, title, explanation }: ProblemKind): string {
  return `<p><a href="../problems">Problems</a></p>
<h1>${escapeHtml(title)}</h1>
<p class="status">Status ${status}, <code>${code}</code></p>
<p>${proseHtml(explanation)}</p>`
}

function sendEither(request: FastifyRequest, reply: FastifyReply, value: object, page: () => FastifyReply) {
  addVary(reply, 'Accept')
  reply.header('cache-control', 'public, max-age=3600')
  const { accept = '' } = request.headers
  if (!/\bjson\b/.test(accept) || /\btext\/html\b/.test(accept)) return page()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
}
