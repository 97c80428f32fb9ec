import { Failure } from '../shared/failure.ts'

type Client = { underWay: number; waiting: (() => void)[]; begun: number; seenMs: number }

/** So many requests of one client begin in a turn of the event loop while others are about. */
const begunPerTurn = 4
/** Who has asked within this time is about. */
const aboutMs = 10_000

/**
 * Keeps a client that floods from starving another. Of each client so many requests may be under way, and what is beyond is
 * refused at once, which costs next to nothing. While several clients are about, a few requests of each begin in a turn of the
 * event loop and the others wait for the next, so that whoever asks little never waits behind all that another has sent. A client
 * who is alone waits for nothing.
 */
export function fairShare(maxUnderWay: number) {
  const clients = new Map<string, Client>()
  let turning = false
  let cleanedMs = 0

  function turn(): void {
    turning = false
    for (const client of clients.values()) {
      client.begun = 0
      while (client.waiting.length > 0 && client.begun < begunPerTurn) {
        client.begun++
        client.waiting.shift()?.()
      }
      if (client.begun > 0) nextTurn()
    }
  }

  function nextTurn(): void {
    if (turning) return
    turning = true
    setImmediate(turn)
  }

  function forget(nowMs: number): void {
    if (nowMs - cleanedMs < aboutMs) return
    cleanedMs = nowMs
    for (const [name, { underWay, seenMs }] of clients) {
      if (underWay === 0 && nowMs - seenMs >= aboutMs) clients.delete(name)
    }
  }

  return {
    /** Calls `begin` at once or in a turn soon; answers how to say that the request is over. Throws `rate-limited`. */
    enter(name: string, nowMs: number, begin: () => void): () => void {
      forget(nowMs)
      const client = clients.get(name) ?? { underWay: 0, waiting: [], begun: 0, seenMs: 0 }
      clients.set(name, client)
      client.seenMs = nowMs
      if (client.underWay >= maxUnderWay) throw tooManyUnderWay(maxUnderWay)
      client.underWay++
      if (clients.size > 1 && (client.begun >= begunPerTurn || client.waiting.length > 0)) {
        client.waiting.push(begin)
      } else {
        client.begun++
        begin()
      }
      nextTurn()
      // What came in one turn was under way together, though each was answered before the next was looked at.
      return () => setImmediate(() => client.underWay--)
    },
  }
}

function tooManyUnderWay(most: number): Failure {
  const message = `${most} requests of this client are under way: wait for answers before sending more.`
  return new Failure('rate-limited', message, {
    headers: { 'Retry-After': '1' },
    extensions: { policy: 'concurrent' },
  })
}
