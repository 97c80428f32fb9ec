import { Failure } from '../shared/failure.ts'
import { mayWork, worksWaiting } from '../shared/turns.ts'
import { overloaded } from './overload.ts'

type Waiting = { begin: () => void; sinceMs: number }
type Client = {
  underWay: number
  working: number
  begun: number
  waiting: Set<Waiting>
  /** Since when it is its turn next, while something waits. */
  queuedMs: number
  seenMs: number
}

/** One request of a client begins in a turn of the event loop while others are about: a turn costs less than most requests do. */
const begunPerTurn = 1
/** So many of those that were begun may be worked on: enough for writers to share a commit. */
const maxWorking = 4
/** What takes longer waits for something itself, such as the next change, and holds nobody up. */
const worksForAtMostMs = 250
/** Of all clients together so many begin in one: however many there are, what is watched is answered between two turns. */
const begunPerTurnByAll = 8
/** One who is alone begins more, as long as it is quick. */
const beginsForMs = 20
/** Where so many works wait for the turn of their next part, one request begins beside them in a turn. */
const fewWorks = 4
/** Who has asked within this time is about. */
const aboutMs = 10_000
/** Where one waits for longer than this, more of the same client, or of all, would wait for nothing but a client that has given up. */
const waitsAtMostMs = 1_000
/** What a single turn counts for when waiting is measured: one long step, such as a commit, refuses nothing. */
const turnCountsAtMostMs = 100

/**
 * Keeps a client that floods from starving another, and all of them from keeping the process from whoever watches it. Of each client
 * so many requests may be under way, and what is beyond is refused, as is what would wait for too long. While several clients are
 * about, each has a few requests worked on, begun one in a turn of the event loop, so that whoever asks little never waits behind all
 * that another has sent. Of all together a few begin in a turn, so that turns stay short. A client who is alone waits for nothing but
 * its own.
 */
export function fairShare(maxUnderWay: number) {
  const clients = new Map<string, Client>()
  /** Since when the next turn is due, while it is. */
  let dueSinceMs: number | undefined
  /** Moves with the turns, and only while there are any. */
  let waitedMs = 0
  /** Who waits, the longest first, and who has begun something in this turn. */
  const queue = new Set<Client>()
  let begun: Client[] = []
  let cleanedMs = 0

  function mayBegin(client: Client, most = begunPerTurnByAll): boolean {
    if (begun.length >= (worksWaiting() < fewWorks ? most : 1)) return false
    return clients.size === 1 || (client.begun < begunPerTurn && client.working < maxWorking)
  }

  function turn(): void {
    const nowMs = performance.now()
    waitedMs += Math.min(nowMs - (dueSinceMs ?? nowMs), turnCountsAtMostMs)
    dueSinceMs = undefined
    for (const client of begun) client.begun = 0
    const hasBegun = begun.length > 0
    begun = []
    const isFree = queue.size === 0 || mayWork(nowMs)
    if (isFree) for (const client of [...queue]) beginWaiting(client)
    if (queue.size > 0 && (!isFree || hasBegun || begun.length > 0)) nextTurn()
  }

  function mayBeginAtOnce(client: Client): boolean {
    const nowMs = performance.now()
    const isQuick = nowMs - (dueSinceMs ?? nowMs) < beginsForMs
    const most = clients.size === 1 && isQuick ? Number.POSITIVE_INFINITY : begunPerTurnByAll
    return mayBegin(client, most) && mayWork(nowMs)
  }

  /** Who has begun something goes to the end, so that everybody has a turn. */
  function beginWaiting(client: Client): void {
    for (const waiting of client.waiting) {
      if (!mayBegin(client)) return
      queue.delete(client)
      client.waiting.delete(waiting)
      if (client.waiting.size > 0) queued(client)
      waiting.begin()
    }
  }

  function queued(client: Client): void {
    if (queue.has(client)) return
    client.queuedMs = waitedMs
    queue.add(client)
  }

  function nextTurn(): void {
    if (dueSinceMs !== undefined) return
    dueSinceMs = performance.now()
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
      if (queue.size > 0) nextTurn()
    }
    const timer = setTimeout(end, worksForAtMostMs).unref()
    client.working++
    client.begun++
    begun.push(client)
    nextTurn()
    begin()
    return end
  }

  /** Throws where the client has too much under way, or what it asks would wait for too long. */
  function refuse(client: Client): void {
    if (client.underWay >= maxUnderWay) throw tooManyUnderWay(maxUnderWay)
    const [longest] = queue
    const [first] = client.waiting
    const sinceMs = Math.min(longest?.queuedMs ?? waitedMs, first?.sinceMs ?? waitedMs)
    if (waitedMs - sinceMs > waitsAtMostMs) throw overloaded()
  }

  return {
    /** Calls `begin` at once or in a turn soon; answers how to say that the request is over. Throws `rate-limited` or `unavailable`. */
    enter(name: string, nowMs: number, begin: () => void): () => void {
      forget(nowMs)
      const client = clients.get(name) ?? newClient()
      clients.set(name, client)
      client.seenMs = nowMs
      refuse(client)
      client.underWay++
      let end: (() => void) | undefined
      const waiting = {
        begin() {
          end = work(client, begin)
        },
        sinceMs: waitedMs,
      }
      if (client.waiting.size === 0 && mayBeginAtOnce(client)) waiting.begin()
      else {
        client.waiting.add(waiting)
        queued(client)
      }
      nextTurn()
      return () => {
        // Whoever has gone waits for nothing any more.
        client.waiting.delete(waiting)
        if (client.waiting.size === 0) queue.delete(client)
        end?.()
        // What came in one turn was under way together, though each was answered before the next was looked at.
        if (over.push(client) === 1) setImmediate(forgetOver)
      }
    },
  }
}

const newClient = (): Client => ({
  underWay: 0,
  working: 0,
  begun: 0,
  waiting: new Set(),
  queuedMs: 0,
  seenMs: 0,
})

function tooManyUnderWay(most: number): Failure {
  const message = `${most} requests of this client are under way: wait for answers before sending more.`
  return new Failure('rate-limited', message, {
    headers: { 'Retry-After': '1' },
    extensions: { policy: 'concurrent' },
  })
}
