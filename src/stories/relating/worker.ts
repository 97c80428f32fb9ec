import type { Database } from '../../database/database.ts'
import { relateNext } from './linker.ts'

export type RelatingWorker = { stop(): Promise<void> }

type Logger = { error(details: object, message: string): void }

/** Commits of other processes are not announced here, so they are looked for this often. */
const lookEveryMs = 1000
/** What is written in one breath is related in one. */
const gatherMs = 50
/** Behind each slice of work requests and writers have a time of their own. */
const restMs = 10

/** Relates what is published, again and again, until it is stopped. */
export function startRelating(database: Database, logger: Logger): RelatingWorker {
  let stopped = false
  let wake = () => {}
  const unlisten = database.onCommit(() => wake())
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      timer.unref()
      wake = () => {
        clearTimeout(timer)
        setTimeout(resolve, gatherMs)
      }
    })
  const loop = (async () => {
    while (!stopped) {
      if (await next(database, logger)) await new Promise((resolve) => setTimeout(resolve, restMs))
      else if (!stopped) await pause(lookEveryMs)
    }
  })()
  return {
    async stop() {
      stopped = true
      unlisten()
      wake()
      await loop
    },
  }
}

/** A database that cannot be written now can be later. */
async function next(database: Database, logger: Logger): Promise<boolean> {
  try {
    return await relateNext(database)
  } catch (error) {
    logger.error({ err: error }, 'articles could not be related')
    return false
  }
}
