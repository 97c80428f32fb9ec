import type { Client } from 'openapi-fetch'
import { exportArticles } from './bulk.ts'
import {
  type ChangesOptions,
  changePages,
  endOfLog,
  isAtFault,
  StartAgainError,
  waitAfter,
} from './changes.ts'
import type { Change, ExportedArticle } from './resources.ts'
import type { paths } from './schema.ts'
import { pause } from './waiting.ts'

export type SyncOptions = Omit<ChangesOptions, 'after' | 'onPosition'> & {
  /** The position that was kept; without it everything is read first. */
  after?: number
}

export type SyncEvent =
  /** Everything comes anew: forget what you hold. */
  | { type: 'begin'; reason: 'first' | StartAgainError['reason'] | 'broken' }
  /** An article as it is now, of the first reading. */
  | { type: 'article'; article: ExportedArticle }
  /** Something happened: read the resource for how it is now. */
  | { type: 'change'; change: Change }
  /** Everything before is told: keep this, and give it as `after` after a restart. */
  | { type: 'position'; position: number }

/**
 * Everything once, through the export, and from then on every change. The end of the log is asked for before the export
 * begins, so that what changes meanwhile comes twice rather than never. With `tags` or `sources` the export has only these.
 */
export async function* sync(
  client: Client<paths>,
  options: SyncOptions = {},
): AsyncGenerator<SyncEvent, void, undefined> {
  let after = options.after
  let reason: (SyncEvent & { type: 'begin' })['reason'] = 'first'
  while (!options.signal?.aborted) {
    if (after === undefined) after = yield* readAll(client, options, reason)
    if (after === undefined) return
    try {
      for await (const { changes, position } of changePages(client, { ...options, after })) {
        for (const change of changes) yield { type: 'change', change }
        yield { type: 'position', position }
      }
      return
    } catch (error) {
      if (!(error instanceof StartAgainError)) throw error
      reason = error.reason
      after = undefined
    }
  }
}

/** A transfer that breaks begins anew. Answers the position from which to follow, or nothing where the signal came first. */
async function* readAll(
  client: Client<paths>,
  { tags, sources, signal, onRetry }: SyncOptions,
  firstReason: (SyncEvent & { type: 'begin' })['reason'],
): AsyncGenerator<SyncEvent, number | undefined, undefined> {
  let reason = firstReason
  for (let failures = 1; !signal?.aborted; failures++) {
    try {
      const end = await endOfLog(client, signal)
      yield { type: 'begin', reason }
      const filters = { tagsAny: tags, source: sources, signal }
      for await (const article of exportArticles(client, filters)) yield { type: 'article', article }
      yield { type: 'position', position: end }
      return end
    } catch (error) {
      if (signal?.aborted) return undefined
      if (isAtFault(error)) throw error
      onRetry?.(error, failures)
      reason = 'broken'
      await pause(waitAfter(error, failures), signal)
    }
  }
  return undefined
}
