/** So long the parts of works run in one turn of the event loop, all together. */
const worksForMs = 10
/** So long turns may take in connections alone, and so long they work then though more come. */
const connectsForMs = 25
const worksBesideForMs = 50

let turnNumber = 0
let turnBegunMs = 0
let isTurning = false
const waiting: (() => void)[] = []
/** The turn in which a connection came last. */
let connectedIn = -2
/** Since when turns take in connections alone, and until when they work beside them. */
let connectingSinceMs: number | undefined
let workingUntilMs = 0

/**
 * Work of many parts calls this between two. However many works are under way, a turn of the event loop runs their parts for some
 * milliseconds only, each when it is its turn, so that they hold nobody up.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    nextTurn()
    setImmediate(part)
  })
}

/** Work whose parts are short calls this after each: it waits for its turn once they have taken some milliseconds. */
export function turns(): () => Promise<void> {
  let begunMs = performance.now()
  return async () => {
    if (performance.now() - begunMs <= worksForMs) return
    await turn()
    begunMs = performance.now()
  }
}

/** How many works wait for the turn of their next part. */
export const worksWaiting = () => waiting.length

/** Says that a connection has come, on which nothing was asked yet. */
export function connected(): void {
  connectedIn = turnNumber
  nextTurn()
}

/**
 * Whether this turn may work. libuv takes one new connection in a turn of the event loop: who comes behind hundreds waits for as many
 * turns, and with work in each of them for seconds, unseen. So while connections come turns do nothing else, for a while, and
 * whoever has come is known soon, to be answered in a fair order or to be refused.
 */
export function mayWork(nowMs: number): boolean {
  if (areComing() && nowMs > workingUntilMs) {
    connectingSinceMs ??= nowMs
    if (nowMs - connectingSinceMs < connectsForMs) return false
    workingUntilMs = nowMs + worksBesideForMs
  }
  connectingSinceMs = undefined
  return true
}

/** In this turn or the one before it. */
const areComing = () => turnNumber - connectedIn < 2

function nextTurn(): void {
  if (isTurning) return
  isTurning = true
  setImmediate(() => {
    isTurning = false
    turnNumber++
    turnBegunMs = performance.now()
    if (areComing()) nextTurn()
  })
}

/** A callback of its own for each, behind which its promises have run: only then is it known how long it took. */
function part(): void {
  const nowMs = performance.now()
  if (nowMs - turnBegunMs <= worksForMs && mayWork(nowMs)) waiting.shift()?.()
  else {
    nextTurn()
    setImmediate(part)
  }
}
