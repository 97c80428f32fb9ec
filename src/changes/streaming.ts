import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { turn } from '../shared/turns.ts'
import type { Change } from './change.ts'
import type { ChangeFilters } from './filters.ts'
import { type ChangeWatch, readOrWait, watchChanges } from './waiting.ts'

export type StreamLimits = {
  /** Streams at a time, of one process. */
  maxStreams: number
  /** How often a stream says that it is alive. */
  heartbeatMs: number
  /** How long a reader may take to read what it was sent. */
  drainMs: number
}

const usualLimits: StreamLimits = { maxStreams: 1000, heartbeatMs: 15_000, drainMs: 30_000 }
/** A key that has ended ends its streams within this time. */
const lookAtKeysMs = 1000
/** How long the last events may take once a stream is to end. */
const graceMs = 1000
const changesPerRead = 100
const reconnectMs = 3000

export type StreamRange = { after: number; filters: ChangeFilters; durationMs: number }

type OpenStream = { request: FastifyRequest; end: () => void }

export type ChangeStreams = ReturnType<typeof changeStreams>

/** Streams of changes as Server-Sent Events (WHATWG HTML, 9.2): how many there are, and when they end. */
export function changeStreams(database: Database, limits: Partial<StreamLimits> = {}) {
  const { maxStreams, heartbeatMs, drainMs } = { ...usualLimits, ...limits }
  const watch = watchChanges(database, maxStreams)
  const streams = new Set<OpenStream>()
  let closed = false
  let keyTimer: NodeJS.Timeout | undefined

  function remove(stream: OpenStream): void {
    streams.delete(stream)
    if (streams.size > 0) return
    clearInterval(keyTimer)
    keyTimer = undefined
  }

  return {
    /** The body of an answer. Nothing is read ahead of what the client takes; one that takes nothing for too long is cut off. */
    open(request: FastifyRequest, reply: FastifyReply, range: StreamRange): Readable {
      if (closed || streams.size >= maxStreams) throw tooMany()
      const ending = new AbortController()
      const cut = () => void reply.raw.destroy()
      const end = () => {
        ending.abort()
        setTimeout(cut, graceMs).unref()
      }
      const events = eventsOf({ database, watch, heartbeatMs, signal: ending.signal, ...range })
      const body = Readable.from(cutWhenStuck(events, drainMs, cut), { highWaterMark: 1 })
      const stream: OpenStream = { request, end }
      streams.add(stream)
      keyTimer ??= setInterval(() => void endUnwelcome(streams), lookAtKeysMs)
      for (const closing of [body, reply.raw])
        closing.once('close', () => {
          ending.abort()
          remove(stream)
        })
      return body
    },
    /** Ends every stream. */
    close() {
      closed = true
      watch.close()
      for (const { end } of streams) end()
    },
    count: () => streams.size,
  }
}

/** Each key is looked at once, however many streams it has. */
async function endUnwelcome(streams: Set<OpenStream>): Promise<void> {
  const withKey = [...streams].filter(({ request }) => request.actor !== null)
  for (const ofOneKey of Map.groupBy(withKey, ({ request }) => request.actor?.keyId).values()) {
    if (await ofOneKey[0]?.request.isStillLetIn()) continue
    for (const { end } of ofOneKey) end()
  }
}

type Events = StreamRange & {
  database: Database
  watch: ChangeWatch
  heartbeatMs: number
  signal: AbortSignal
}

/** What is sent, one read of the log at a time. */
async function* eventsOf({ database, watch, heartbeatMs, signal, ...range }: Events): AsyncGenerator<string> {
  const end = performance.now() + range.durationMs
  let { after } = range
  /** The last id that the reader knows. */
  let told = after
  yield `retry: ${reconnectMs}\n\n`
  while (!signal.aborted) {
    const waitMs = Math.min(heartbeatMs, end - performance.now())
    const page = await readOrWait(
      database,
      watch,
      { after, limit: changesPerRead, ...range.filters },
      waitMs,
      signal,
    )
    const isOver = !page.more && performance.now() >= end
    // The client has gone, or will come again: it is told how far it is, and no more.
    const isLast = signal.aborted || isOver
    told = page.changes.at(-1)?.seq ?? told
    const text = page.changes.map(eventOf).join('')
    const isBack = page.lastSeq < after
    after = page.lastSeq
    if (text !== '') yield text
    if ((text === '' || isLast || isBack) && after !== told) {
      told = after
      yield positionEvent(after)
    } else if (text === '' && !isLast) yield ': alive\n\n'
    if (isLast) return
    // Far behind the end of the log there is always something to read, and others have to be answered meanwhile.
    await turn()
  }
}

const eventOf = (change: Change) => `id: ${change.seq}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`

/** Only an id, from which a reader goes on that none of the changes before it concerned. Without a `data` line some never see it. */
const positionEvent = (seq: number) => `id: ${seq}\nevent: position\ndata:\n\n`

/** Passes chunks on, and calls `cut` where one is not taken within `ms`. */
async function* cutWhenStuck(
  chunks: AsyncIterable<string>,
  ms: number,
  cut: () => void,
): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    const timer = setTimeout(cut, ms)
    try {
      yield chunk
    } finally {
      clearTimeout(timer)
    }
  }
}

function tooMany(): Failure {
  const message = 'Too many streams are open at the moment; ask again later, or read `GET /v1/changes`.'
  return new Failure('unavailable', message, { headers: { 'Retry-After': '5' } })
}
