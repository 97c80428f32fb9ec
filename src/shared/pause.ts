import { setTimeout as later } from 'node:timers/promises'

/** Waits, or until `signal` is aborted; never rejects, and keeps no process alive. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await later(ms, undefined, { ref: false, ...(signal && { signal }) }).catch(() => {})
}
