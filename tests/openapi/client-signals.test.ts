import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createNewsweave } from '../../openapi/client/src/index.ts'
import { atEnd } from '../support/cleanup.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
/** Longer than collections of a large heap take on a busy machine. */
const answerAfterMs = 30_000

/** A server that answers late, or begins at once and ends late. */
async function startSlow(begin: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => {
    begin(response)
    setTimeout(() => response.end('{}\n'), answerAfterMs).unref()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Aborts after everything that nobody has any more is gone, as it is in the course of a long poll. */
function abortedAfterCollection(): AbortSignal {
  const stopping = new AbortController()
  void (async () => {
    for (let round = 0; round < 3; round++) {
      await sleep(50)
      collectGarbage()
    }
    stopping.abort()
  })()
  return stopping.signal
}

it('ends a request that waits for its answer, also after a garbage collection', async () => {
  const news = createNewsweave({ baseUrl: await startSlow(() => {}) })
  await expect(news.GET('/v1/changes', { signal: abortedAfterCollection() })).rejects.toThrow(/aborted/)
})

it('ends an answer that is still coming, also after a garbage collection', async () => {
  const baseUrl = await startSlow((response) => response.writeHead(200).write('{}\n'))
  const signal = abortedAfterCollection()
  await expect(Array.fromAsync(createNewsweave({ baseUrl }).exportArticles({ signal }))).rejects.toThrow(
    /aborted/,
  )
})
