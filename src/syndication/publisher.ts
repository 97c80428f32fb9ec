import { type Clock, systemClock } from '../shared/clock.ts'
import { pause } from '../shared/pause.ts'
import { noteChanges, type Publishing, tellHub } from './publishing.ts'

export type Publisher = { stop(): Promise<void> }

/** Changes are gathered for longer than this, so nothing is gained by listening for commits. */
const lookEveryMs = 1000

/** Tells the hub of what is new, again and again, until it is stopped. */
export function startPublisher(publishing: Publishing, clock: Clock = systemClock): Publisher {
  const stopping = new AbortController()
  const { signal } = stopping
  const loop = (async () => {
    while (!signal.aborted) {
      await attempt()
      await pause(lookEveryMs, signal)
    }
  })()
  return {
    async stop() {
      stopping.abort(new Error('The process is stopping.'))
      await loop
    },
  }

  async function attempt(): Promise<void> {
    const { database, logger } = publishing
    try {
      while (!signal.aborted && (await noteChanges(database)));
      await tellHub(publishing, clock().toISOString(), signal)
    } catch (error) {
      logger.warn({ err: error }, 'the hub could not be told')
    }
  }
}
