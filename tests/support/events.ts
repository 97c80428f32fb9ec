import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Change } from '../../src/changes/change.ts'
import { atEnd } from './cleanup.ts'

export type EventReader = {
  response: Response
  events: EventSourceMessage[]
  comments: string[]
  /** The milliseconds after which the stream wants to be asked again. */
  retry(): number | undefined
  changes(): Change[]
  /** The id with which a reader goes on. */
  lastId(): string | undefined
  /** Reads on until this is true; throws where the stream ends before. */
  until(isEnough: () => boolean): Promise<void>
  /** When the stream has ended by itself. */
  ended: Promise<void>
  close(): void
}

/** Reads an event stream over HTTP, as a client in the field does. */
export async function readEvents(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const controller = new AbortController()
  const response = await fetch(url, { headers, signal: controller.signal })
  const events: EventSourceMessage[] = []
  const comments: string[] = []
  let retry: number | undefined
  let woken = Promise.withResolvers<void>()
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => {
      retry = ms
    },
    onError: (error) => {
      throw error
    },
  })
  let isOver = false
  const ended = read()
  atEnd(() => controller.abort())

  async function read(): Promise<void> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body ?? []) {
        parser.feed(decoder.decode(chunk, { stream: true }))
        wake()
      }
    } catch (error) {
      // Cut off, by us or by the server: what was read stays.
      if (!/terminated|abort/i.test(String(error))) throw error
    } finally {
      isOver = true
      wake()
    }
  }

  function wake(): void {
    woken.resolve()
    woken = Promise.withResolvers()
  }

  return {
    response,
    events,
    comments,
    retry: () => retry,
    changes: () => events.filter(({ event }) => event === 'change').map(({ data }) => JSON.parse(data)),
    lastId: () => events.at(-1)?.id,
    async until(isEnough) {
      while (!isEnough()) {
        if (isOver) throw new Error(`The stream ended after ${JSON.stringify(events.at(-1))}.`)
        await woken.promise
      }
    },
    ended,
    close: () => controller.abort(),
  }
}
