import type { Client } from 'openapi-fetch'
import { ProblemError, unwrap } from './problem.ts'
import type { Change, ChangeType } from './resources.ts'
import type { paths } from './schema.ts'
import { backoffMs, pause, retryAfterMs } from './waiting.ts'

export type ChangeFilters = {
  types?: ChangeType[]
  /** Slugs: only what concerns articles with one of these tags, or the tags themselves. */
  tags?: string[]
  /** Ids: only what concerns articles of these sources, or the sources themselves. */
  sources?: string[]
}

export type ChangesOptions = ChangeFilters & {
  /** The position to go on behind; 0, the default, for the beginning of the log. */
  after?: number
  /** Seconds that the server holds an empty answer back, 30 without it. With 0 the iteration ends at the end of the log. */
  wait?: number
  /** Changes an answer has at most. */
  limit?: number
  /** Ends the iteration, without an error. */
  signal?: AbortSignal
  /**
   * Told the position once everything up to it was handled, and waited for: keep it, and give it as `after` after a restart.
   * With filters it moves on past what they leave out.
   */
  onPosition?: (position: number) => unknown
  /** Told of each failure that is waited out. */
  onRetry?: (error: unknown, failures: number) => void
}

/**
 * The log does not reach back to the position, so that changes are missing: it was shortened (`compacted`), or is not the log
 * that it was, as after the restoring of a backup (`reset`). Read anew what you hold, then follow from `after`.
 */
export class StartAgainError extends Error {
  readonly reason: 'compacted' | 'reset'
  readonly after: number

  constructor(reason: 'compacted' | 'reset', after: number) {
    super(`The change log was ${reason}: read everything anew, then follow it from ${after}.`)
    this.name = 'StartAgainError'
    this.reason = reason
    this.after = after
  }
}

/** What a server with nothing to wait for may be asked again after, so that no loop runs hot. */
const emptyAnswerMs = 1000

export type ChangePage = { changes: Change[]; position: number }

/**
 * Follows the log by long polls. Restarts of the server and broken connections are waited out for as long as it takes; what
 * the request itself is at fault for is thrown as a `ProblemError`.
 */
export async function* changePages(
  client: Client<paths>,
  options: ChangesOptions = {},
): AsyncGenerator<ChangePage, void, undefined> {
  const { wait = 30, signal } = options
  let position = options.after ?? 0
  for (let failures = 0; !signal?.aborted; ) {
    const askedAt = Date.now()
    const outcome = await askOnce(client, { ...options, wait, after: position })
    if (signal?.aborted) return
    if ('error' in outcome) {
      options.onRetry?.(outcome.error, ++failures)
      await pause(waitAfter(outcome.error, failures), signal)
      continue
    }
    failures = 0
    const { data, lastSeq, page } = outcome
    if (lastSeq < position) throw new StartAgainError('reset', lastSeq)
    if (lastSeq > position) yield { changes: data, position: lastSeq }
    position = lastSeq
    if (page.next !== null) continue
    if (wait === 0) return
    const early = data.length === 0 && Date.now() - askedAt < emptyAnswerMs
    if (early) await pause(emptyAnswerMs, signal)
  }
}

/** Every change behind `after`, the oldest first, and then each new one as it comes. */
export async function* changes(
  client: Client<paths>,
  options: ChangesOptions = {},
): AsyncGenerator<Change, void, undefined> {
  for await (const page of changePages(client, options)) {
    for (const change of page.changes) {
      if (options.signal?.aborted) return
      yield change
    }
    await options.onPosition?.(page.position)
  }
}

/** A number that no log reaches. */
const behindEveryLog = 999_999_999_999_999

/** The end of the log as it is now: nobody has a position behind it, and an answer to one tells where it is. */
export async function endOfLog(client: Client<paths>, signal?: AbortSignal): Promise<number> {
  const query = { after: behindEveryLog, limit: 1 }
  return (await unwrap(client.GET('/v1/changes', { params: { query }, ...(signal && { signal }) }))).lastSeq
}

type ChangeList = paths['/v1/changes']['get']['responses'][200]['content']['application/json']

async function askOnce(
  client: Client<paths>,
  { after, limit, wait, types, tags, sources, signal }: ChangesOptions,
): Promise<ChangeList | { error: unknown }> {
  const query = { after, limit, wait, types, tags, sources }
  try {
    return await unwrap(client.GET('/v1/changes', { params: { query }, ...(signal && { signal }) }))
  } catch (error) {
    if (signal?.aborted || !(error instanceof ProblemError)) return { error }
    if (error.status === 410) throw await compacted(client, error, signal)
    if (isAtFault(error)) throw error
    return { error }
  }
}

async function compacted(client: Client<paths>, { problem }: ProblemError, signal?: AbortSignal) {
  const { startAgain } = problem as { startAgain?: { after?: unknown } }
  const after = startAgain?.after
  return new StartAgainError('compacted', typeof after === 'number' ? after : await endOfLog(client, signal))
}

/** Whether the request is wrong, so that it would fail again however long one waits. */
export function isAtFault(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  const { status } = error
  return status < 500 && status !== 408 && status !== 429
}

/** Milliseconds until the next try: what the answer asks for, else more with each failure. */
export function waitAfter(error: unknown, failures: number): number {
  const asked = error instanceof ProblemError ? retryAfterMs(error.response) : undefined
  return asked ?? backoffMs(failures)
}
