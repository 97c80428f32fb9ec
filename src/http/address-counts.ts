import type { FastifyInstance } from 'fastify'
import ipaddr from 'ipaddr.js'

export const windowSeconds = 60
const windowMs = windowSeconds * 1000
/** Who was seen last is known to a second: keeping it on every request costs more than counting. */
const orderMs = 1000
/** So many addresses are counted at a time; the one unseen for longest makes room. */
const maxCounted = 50_000
const tellMs = 500
/** This part of what an address may ask is not worth a message. */
const untoldPart = 1 / 100

/** How often addresses asked that were not told of yet. */
export type AddressCount = [address: string, requests: number]

/** Other processes that serve the same clients. */
export type AddressSharing = {
  tell(counts: AddressCount[]): void
  /** Calls `listener` with what others have counted. */
  onTold(listener: (counts: AddressCount[]) => void): void
}

type Window = { used: number; untold: number; startedMs: number; placedMs: number }
export type AddressCounts = ReturnType<typeof addressCounts>

/** Counts in windows of a minute, of which each begins with the first request of its client. `limit` is what each may ask in one. */
export function addressCounts(limit: number, maxClients = maxCounted) {
  const windows = new Map<string, Window>()
  const toTell = new Set<string>()
  const worthTelling = Math.max(1, Math.floor(limit * untoldPart))

  /** To the end of the order, at whose beginning is the client unseen for longest. */
  function place(client: string, window: Window): void {
    if (!windows.delete(client) && windows.size >= maxClients) {
      const oldest = windows.keys().next().value as string
      windows.delete(oldest)
      toTell.delete(oldest)
    }
    windows.set(client, window)
  }

  function windowAt(client: string, nowMs: number): Window {
    let window = windows.get(client)
    // A clock that was set back begins a new window, too, rather than one that lasts until it has caught up.
    if (!window || nowMs < window.startedMs || nowMs >= window.startedMs + windowMs) {
      window = { used: 0, untold: 0, startedMs: nowMs, placedMs: nowMs }
      place(client, window)
    } else if (nowMs >= window.placedMs + orderMs) {
      window.placedMs = nowMs
      place(client, window)
    }
    return window
  }

  return {
    count(client: string, nowMs: number): { used: number; secondsLeft: number } {
      const window = windowAt(client, nowMs)
      window.used++
      window.untold++
      if (window.untold === worthTelling) toTell.add(client)
      return { used: window.used, secondsLeft: Math.ceil((window.startedMs + windowMs - nowMs) / 1000) }
    },
    /** Counts what others have counted. */
    learn(counts: AddressCount[], nowMs: number): void {
      for (const [client, requests] of counts) windowAt(client, nowMs).used += requests
    },
    /** What others are to count, too, each once. */
    takeUntold(): AddressCount[] {
      const counts: AddressCount[] = []
      for (const client of toTell) {
        const window = windows.get(client)
        if (!window || window.untold === 0) continue
        counts.push([client, window.untold])
        window.untold = 0
      }
      toTell.clear()
      return counts
    },
  }
}

/** Tells the others twice a second what was counted here: a limit is exceeded by what comes in that time, and a hundredth of it each. */
export function shareCounts(
  app: FastifyInstance,
  counts: AddressCounts,
  { tell, onTold }: AddressSharing,
): void {
  onTold((told) => counts.learn(told, Date.now()))
  const timer = setInterval(() => {
    const untold = counts.takeUntold()
    if (untold.length > 0) tell(untold)
  }, tellMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

/**
 * Who an address stands for: itself, or for IPv6 the /64 of which one client has all. Reading an IPv6 address costs more than
 * all the rest of counting, so it is remembered.
 */
export function addressNames() {
  const known = new Map<string, string>()
  return (address: string): string => {
    if (!address.includes(':')) return address
    const remembered = known.get(address)
    if (remembered !== undefined) return remembered
    const name = networkOf(address)
    if (known.size >= maxCounted) known.clear()
    known.set(address, name)
    return name
  }
}

function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address
  const parsed = ipaddr.IPv6.parse(address)
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString()
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')
}
