import { Failure } from '../shared/failure.ts'

type Client = { underWay: number; working: number; begun: number; waiting: (() => void)[]; seenMs: number }

/** One request of a client begins in a turn of the event loop while others are about: a turn costs less than most requests do. */
const begunPerTurn = 1
/** Of all clients together so many begin in one: however many there are, what is watched is answered between two turns. */
const begunPerTurnByAll = 8
/** So many of those that were begun may be worked on: enough for writers to share a commit. */
const maxWorking = 4
/** What takes longer waits for something itself, such as the next change, and holds nobody up. */
const worksForAtMostMs = 250
/** Who has asked within this time is about. */
const aboutMs = 10_000

/**
 * Keeps a client that floods from starving another. Of each client so many requests may be under way, and what is beyond is
 * refused at once, which costs next to nothing. While several clients are about, each has a few requests worked on, begun one in
 * a turn of the event loop, so that whoever asks little never waits behind all that another has sent. A client who is alone waits
 * for nothing.
 */
export function fairShare(maxUnderWay: number) {
  const clients = new Map<string, Client>()
  let turning = false
  /** Who waits, the longest first, and who has begun something in this turn. */
  const queue = new Set<Client>()
  let begun: Client[] = []
  let cleanedMs = 0

  const mayBegin = (client: Client) =>
    begun.length < begunPerTurnByAll && client.begun < begunPerTurn && client.working < maxWorking

  /** Who has begun something goes to the end, so that everybody has a turn. */
  function turn(): void {
    turning = false
    for (const client of begun) client.begun = 0
    begun = []
    for (const client of [...queue]) {
      if (begun.length >= begunPerTurnByAll) break
      while (client.waiting.length > 0 && mayBegin(client)) client.waiting.shift()?.()
      if (client.begun === 0) continue
      queue.delete(client)
      if (client.waiting.length > 0) queue.add(client)
    }
    if (begun.length > 0) nextTurn()
  }

  function nextTurn(): void {
    if (turning) return
    turning = true
    setImmediate(turn)
  }

  let over: Client[] = []
  function forgetOver(): void {
    for (const client of over) client.underWay--
    over = []
  }

  function forget(nowMs: number): void {
    if (nowMs - cleanedMs < aboutMs) return
    cleanedMs = nowMs
    for (const [name, { underWay, seenMs }] of clients) {
      if (underWay === 0 && nowMs - seenMs >= aboutMs) clients.delete(name)
    }
  }

  /** Answers how to say that nobody works on it any more. */
  function work(client: Client, begin: () => void): () => void {
    let isWorking = true
    const end = () => {
      if (!isWorking) return
      isWorking = false
      client.working--
      clearTimeout(timer)
      if (client.waiting.length > 0) nextTurn()
    }
    const timer = clients.size > 1 ? setTimeout(end, worksForAtMostMs).unref() : undefined
    client.working++
    client.begun++
    begun.push(client)
    nextTurn()
    begin()
    return end
  }

  return {
    /** Calls `begin` at once or in a turn soon; answers how to say that the request is over. Throws `rate-limited`. */
    enter(name: string, nowMs: number, begin: () => void): () => void {
      forget(nowMs)
      const client = clients.get(name) ?? { underWay: 0, working: 0, begun: 0, waiting: [], seenMs: 0 }
      clients.set(name, client)
      client.seenMs = nowMs
      if (client.underWay >= maxUnderWay) throw tooManyUnderWay(maxUnderWay)
      client.underWay++
      let end: (() => void) | undefined
      const start = () => {
        end = work(client, begin)
      }
      const isAlone = clients.size === 1
      if (isAlone || (client.waiting.length === 0 && mayBegin(client))) start()
      else {
        client.waiting.push(start)
        queue.add(client)
      }
      nextTurn()
      return () => {
        end?.()
        // What came in one turn was under way together, though each was answered before the next was looked at.
        if (over.push(client) === 1) setImmediate(forgetOver)
      }
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
