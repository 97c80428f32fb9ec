import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operation } from '../http/operation.ts'
import type { RouteDependencies } from '../http/routes.ts'
import type { Server } from '../http/server.ts'
import { Change } from './change.ts'
import { readChanges } from './changes.ts'
import { type Known, resolveFilters } from './filters.ts'
import { ChangesQuery, StreamHeaders, StreamQuery } from './query.ts'
import { changeStreams, type StreamLimits } from './streaming.ts'
import { readOrWait, watchChanges } from './waiting.ts'

const ChangeList = z
  .object({
    data: z.array(Change).describe('The oldest first.'),
    page: z.object({
      next: z
        .string()
        .nullable()
        .describe(
          'The `after` of the next page where there is one already; null at the end of the log. With `tags` or `sources` a page may be empty and have one behind it.',
        ),
      limit: z.int(),
    }),
    lastSeq: z
      .int()
      .describe(
        'Send this as `after` next time, always. With filters it moves on past the changes that they leave out, too.',
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

To keep a copy, ask first where the log ends (an \`after\` that no log reaches, as 999999999999999, is answered with its end), then read
the export, and follow the log from that number on: what changes during the export is told again.

Numbers have no gaps and become visible in order: whoever has read up to \`lastSeq\` has missed nothing before it. \`at\` is
when the write began, so that two neighbours may differ from the order of their numbers.

With \`wait\` an answer that would be empty is held back until a change of these \`types\` is committed or the time is over. A
\`lastSeq\` smaller than the \`after\` that was sent says that the log is shorter than it was, as after the restoring of a backup: read again
what matters, and go on from \`lastSeq\`.

Every filter narrows what is told. With \`tags\` or \`sources\` stories are left out, which have neither. An alias, and the slug of a
tag that was merged, stands for the living tag, and what was written while the merged one lived is found under it.

Entries are kept for a time that the operator sets (90 days where nothing is said). An \`after\` from before what is kept, 0 included,
answers 410 with \`startAgain\`: read everything anew at its \`export\`, then follow the log from its \`after\`.`

const streamDescription = `The same log as Server-Sent Events, for \`EventSource\` and the like: each change is sent when it is committed. An event has
\`id\`, which is its \`seq\`, the type \`change\`, and as \`data\` one Change as JSON.

A reader that connects again sends the last id as \`Last-Event-ID\`, as \`EventSource\` does by itself, and misses nothing. It counts more
than \`after\`. Now and then an event of the type \`position\` has an id and empty data: nothing before it is left to tell, so a
reader with filters goes on from there. An id smaller than that of before says that the log is shorter than it was, as after
the restoring of a backup. A comment comes every 15 seconds where nothing else does.

A reader that takes nothing for 30 seconds is cut off, and so is one whose key ends; after \`duration\` or when the service stops, the
stream ends. In all cases: connect again. Of so many streams that there is no place for one more, it answers 503.`

const exampleEvents = `retry: 3000

id: 12
event: change
data: ${JSON.stringify(Change.meta()?.example)}

id: 15
event: position
data:

: alive

`

const EventStream = z.string().meta({
  id: 'ChangeEvents',
  description:
    'Events as WHATWG HTML, 9.2, has them. The `data` of each event of the type `change` is one Change as JSON.',
  example: exampleEvents,
})

type Options = RouteDependencies & Known & { maxWaiters?: number; streamLimits?: Partial<StreamLimits> }

export function changeRoutes(app: Server, options: Options): void {
  addList(app, options)
  addStream(app, options)
}

function addList(app: Server, { database, publicUrl, maxWaiters, ...known }: Options): void {
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
        problems: ['unavailable', 'changes-removed'],
      },
      { querystring: ChangesQuery, response: { 200: ChangeList } },
    ),
    async (request, reply) => {
      const { after, limit, wait, ...sent } = request.query
      if (wait > 0) reply.header('cache-control', 'no-store')
      const range = { after, limit, ...(await resolveFilters(database, known, sent)) }
      const page = await readOrWait(database, watch, range, wait * 1000, untilClosed(reply))
      const next = page.more ? String(page.lastSeq) : null
      if (next) reply.header('link', `<${publicUrl()}${pathBehind(request, next)}>; rel="next"`)
      return { data: page.changes, page: { next, limit }, lastSeq: page.lastSeq }
    },
  )
}

function addStream(app: Server, { database, streamLimits, ...known }: Options): void {
  const streams = changeStreams(database, streamLimits)
  app.addHook('preClose', async () => streams.close())

  app.get(
    '/v1/changes/stream',
    operation(
      {
        id: 'streamChanges',
        tag: 'Changes',
        summary: 'Be told of what changes',
        description: streamDescription,
        access: 'read',
        problems: ['unavailable', 'changes-removed'],
        events: true,
      },
      {
        querystring: StreamQuery,
        headers: StreamHeaders,
        response: { 200: { content: { 'text/event-stream': { schema: EventStream } } } },
      },
    ),
    async (request, reply) => {
      const { after: from, duration, ...sent } = request.query
      const after = request.headers['last-event-id'] ?? from
      const filters = await resolveFilters(database, known, sent)
      // Refused while it can still be told in an answer of its own.
      await readChanges(database, { after, limit: 1, ...filters })
      const body = streams.open(request, reply, { after, filters, durationMs: duration * 1000 })
      return (
        reply
          .type('text/event-stream')
          .header('cache-control', 'no-store')
          // Where the service stops, nothing is to keep the connection open behind the last event.
          .header('connection', 'close')
          // Some proxies hold an answer back until it is whole.
          .header('x-accel-buffering', 'no')
          .send(body as never)
      )
    },
  )
}

/** Aborted when the connection is closed, or the answer sent. */
function untilClosed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  if (reply.raw.destroyed) controller.abort()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}

function pathBehind(request: FastifyRequest, after: string): string {
  const url = new URL(request.url, 'http://list')
  url.searchParams.set('after', after)
  return url.pathname + url.search
}
