import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operation } from '../http/operation.ts'
import { integerParameter, listParameter } from '../http/parameters.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { Change, changeTypes } from './change.ts'
import { readOrWait, watchChanges } from './waiting.ts'

const ChangesQuery = z.strictObject({
  after: integerParameter(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe('`lastSeq` of the answer before; 0 for the log from its beginning.'),
  types: listParameter(z.enum(changeTypes), changeTypes.length)
    .optional()
    .describe('Only these types, with commas between.'),
  limit: integerParameter(1, 1000).default(100).describe('How many changes a page has, at most.'),
  wait: integerParameter(0, 60)
    .default(0)
    .describe('Seconds to wait for a change where there is none yet. The answer comes with the first one.'),
})

const ChangeList = z
  .object({
    data: z.array(Change).describe('The oldest first.'),
    page: z.object({
      next: z
        .string()
        .nullable()
        .describe('The `after` of the next page where there is one already; null at the end of the log.'),
      limit: z.int(),
    }),
    lastSeq: z
      .int()
      .describe(
        'Send this as `after` next time, always. With `types` it moves on past the changes of other types too.',
      ),
  })
  .meta({
    id: 'ChangeList',
    example: {
      data: [Change.meta()?.example as Change],
      page: { next: null, limit: 100 },
      lastSeq: 12,
    },
  })

const description = `The one log of everything that happens here: every write appends to it in its own transaction. To follow it, ask
with \`after=0\`, and from then on with \`after\` set to the \`lastSeq\` of each answer, whether that had changes or none.

Numbers have no gaps and become visible in order: whoever has read up to \`lastSeq\` has missed nothing before it. \`at\` is
when the write began, so that two neighbours may differ from the order of their numbers.

With \`wait\` an answer that would be empty is held back until a change of these \`types\` is committed or the time is over. A
\`lastSeq\` smaller than the \`after\` that was sent says that the log is shorter than it was, as after the restoring of a backup: read again
what matters, and go on from \`lastSeq\`.`

export function changeRoutes(
  app: Server,
  { database, publicUrl, maxWaiters }: RouteDependencies & { maxWaiters?: number },
): void {
  const watch = watchChanges(database, maxWaiters)
  app.addHook('preClose', async () => watch.close())

  app.get(
    '/v1/changes',
    operation(
      {
        id: 'listChanges',
        tag: 'Changes',
        summary: 'Follow what changes',
        description,
        access: 'read',
        problems: ['unavailable'],
      },
      { querystring: ChangesQuery, response: { 200: ChangeList } },
    ),
    async (request, reply) => {
      const { after, types, limit, wait } = request.query
      if (wait > 0) reply.header('cache-control', 'no-store')
      const range = { after, types, limit }
      const page = await readOrWait(database, watch, range, wait * 1000, untilClosed(reply))
      const next = page.more ? String(page.lastSeq) : null
      if (next) reply.header('link', `<${publicUrl()}${pathBehind(request, next)}>; rel="next"`)
      return { data: page.changes, page: { next, limit }, lastSeq: page.lastSeq }
    },
  )
}

/** Aborted when the connection is closed, or the answer sent. */
function untilClosed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}

function pathBehind(request: FastifyRequest, after: string): string {
  const url = new URL(request.url, 'http://list')
  url.searchParams.set('after', after)
  return url.pathname + url.search
}
