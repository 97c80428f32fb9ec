import { commitListeners } from './database.ts'
import { announcements } from './dialect.ts'
import { postgresDriver } from './postgres-driver.ts'

/** Those who wait come and go: the connection stays for a while after the last of them. */
const usualLingerMs = 10_000
const firstPauseMs = 250
const longestPauseMs = 10_000

/**
 * Hears what writers announce, of whatever process, on a connection of its own that is there while somebody listens. One that breaks
 * is opened again, and then everybody is told once, since nobody knows what was missed.
 */
export function listening(connectionString: string, lingerMs = usualLingerMs) {
  const listeners = commitListeners()
  let listenerCount = 0
  let running: Promise<void> | undefined
  let wake = () => {}
  const closing = Promise.withResolvers<void>()
  let closed = false
  /** There from when nobody listens any more until that is so for a while. */
  let lingering: NodeJS.Timeout | undefined

  const isWanted = () => !closed && (listenerCount > 0 || lingering !== undefined)

  function add(listener: () => void): () => void {
    const remove = listeners.add(listener)
    listenerCount++
    start()
    let isListening = true
    return () => {
      if (!isListening) return
      isListening = false
      remove()
      listenerCount--
      if (listenerCount > 0) return
      clearTimeout(lingering)
      lingering = setTimeout(() => {
        lingering = undefined
        wake()
      }, lingerMs).unref()
    }
  }

  function start(): void {
    running ??= run().finally(() => {
      running = undefined
      // Somebody may have come while the connection was being closed.
      if (isWanted()) start()
    })
  }

  /** Ends when nobody has listened for a while. */
  async function run(): Promise<void> {
    for (let pauseMs = firstPauseMs; isWanted(); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      if (await listen()) pauseMs = firstPauseMs
      if (isWanted()) await pause(pauseMs)
    }
  }

  /** Listens until the connection breaks or nobody wants it. Answers whether it could. */
  async function listen(): Promise<boolean> {
    const { Client } = postgresDriver()
    const client = new Client({ connectionString, keepAlive: true, connectionTimeoutMillis: 10_000 })
    let isBroken = false
    const breakOff = () => {
      isBroken = true
      wake()
    }
    client.on('error', breakOff)
    client.on('end', breakOff)
    client.on('notification', listeners.notify)
    let isConnected = false
    try {
      // One that is being opened is not waited for by who closes the database.
      await Promise.race([client.connect(), closing.promise])
      if (closed) return false
      isConnected = true
      await client.query(`listen ${announcements}`)
      listeners.notify()
      while (!isBroken && isWanted()) await woken()
      return true
    } catch {
      return false
    } finally {
      const ended = client.end().catch(() => {})
      if (isConnected) await ended
    }
  }

  function woken(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve
    })
  }

  async function pause(ms: number): Promise<void> {
    const timer = setTimeout(() => wake(), ms)
    timer.unref()
    await woken()
    clearTimeout(timer)
  }

  return {
    add,
    async close() {
      closed = true
      closing.resolve()
      wake()
      await running
    },
  }
}
