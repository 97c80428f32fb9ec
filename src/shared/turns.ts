import { setImmediate as turn } from 'node:timers/promises'

/** Work of many parts that is to hold nobody up calls this after each: the event loop turns once they have taken this long. */
const sliceMs = 10

export function turns(): () => Promise<void> {
  let begun = performance.now()
  return async () => {
    if (performance.now() - begun <= sliceMs) return
    await turn()
    begun = performance.now()
  }
}
