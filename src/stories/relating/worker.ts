import type { Database } from '../../database/database.ts'
import { Failure } from '../../shared/failure.ts'
import { relateNext, skipNext } from './linker.ts'

export type RelatingWorker = { stop(): Promise<void> }

type Logger = { error(details: object, message: string): void }

/** Not every commit of another process is announced here, so they are looked for this often. */
const lookEveryMs = 1000
/** What is written in one breath is related in one. */
const gatherMs = 50
/** Behind each slice of work requests and writers have a time of their own. */
const restMs = 10
/** After so many failures at one article it is passed over, so that the others are related. */
const mostFailures = 3

/** Relates what is published, again and again, until it is stopped. */
export function startRelating(database: Database, logger: Logger): RelatingWorker {
  const { sleep, wake, stop } = wakeable()
  const stops = [database.onCommit(wake), database.onAnnouncement?.(wake)]
  let stopped = false
  let failures = 0
  const loop = (async () => {
    while (!stopped) {
      const done = await attempt()
      await sleep(done ? restMs : lookEveryMs, !done)
    }
  })()
  return {
    async stop() {
      stopped = true
      for (const stopListening of stops) stopListening?.()
      stop()
      await loop
    },
  }

  async function attempt(): Promise<boolean> {
    try {
      const done = await (failures < mostFailures ? relateNext(database) : skipNext(database))
      failures = 0
      return done
    } catch (error) {
      const code = error instanceof Failure ? error.code : undefined
      // A database that cannot be written now can be later, and is no fault of the article.
      if (code !== 'unavailable') failures++
      // An editor was there first: what is so by now is looked at anew, at once.
      if (code === 'conflict' && failures < mostFailures) return true
      logger.error({ err: error }, 'an article could not be related')
      return false
    }
  }
}

/** A sleep that a commit ends, with a little time for those that come right behind it. */
function wakeable() {
  let end: (() => void) | undefined
  return {
    sleep(ms: number, mayWake: boolean) {
      return new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        end = () => {
          clearTimeout(timer)
          resolve()
        }
        if (!mayWake) end = undefined
      })
    },
    wake() {
      const ending = end
      if (!ending) return
      end = undefined
      setTimeout(ending, gatherMs)
    },
    stop: () => end?.(),
  }
}
