const firstDelayMs = 500
const maxDelayMs = 30_000

/** Half a second, doubled with each failure up to half a minute, less up to a half of it: clients of one outage spread. */
export function backoffMs(failures: number): number {
  const full = Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1))
  return full * (1 - Math.random() / 2)
}

/** The milliseconds that `Retry-After` asks for, in seconds or as a date (RFC 9110, section 10.2.3). */
export function retryAfterMs({ headers }: Response): number | undefined {
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Waits; with a signal that aborts no longer than until then, without throwing. */
export function pause(ms: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}
