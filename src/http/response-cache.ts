import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/database.ts'
import { cacheControl, entityTag, knownTag } from './caching.ts'

/** An answer ready to be sent: JSON as bytes, its validator, and where the next page is. */
type ReadyAnswer = { body: Buffer; etag: string; link: string | undefined }
type Entry = ReadyAnswer & { version: number }

const maxBytes = 64 * 1024 * 1024
/** What an entry costs beside its body. */
const entryBytes = 500

declare module 'fastify' {
  interface FastifyRequest {
    /** The version of the database before the answer was made, and the key under which it may be kept. */
    cacheKey: { key: string; version: number } | null
  }
}

type Versioned = Pick<Database, 'version' | 'onCommit'>

/**
 * Keeps answers of routes declared `cached` until anything is written. An entry is good for one address, as sent, for
 * requests with a key or for those without, and for one version of the database, so an answer is never older than what was
 * committed, by any process, before its request came. Where the engine cannot tell its version nothing is kept. Registered
 * after authentication and limits, which apply to every request.
 */
export function addResponseCache(app: FastifyInstance, database: Versioned, enabled: boolean) {
  const entries = new Map<string, Entry>()
  let bytes = 0
  const size = (entry: Entry) => entry.body.length + entryBytes

  function forget(key: string, entry: Entry) {
    entries.delete(key)
    bytes -= size(entry)
  }

  function keep(key: string, entry: Entry) {
    const known = entries.get(key)
    if (known) forget(key, known)
    entries.set(key, entry)
    bytes += size(entry)
    for (const [oldest, old] of entries) {
      if (bytes <= maxBytes) break
      forget(oldest, old)
    }
  }

  app.decorateRequest('cacheKey', null)
  if (!enabled) return
  const versionOfTurn = oncePerTurn(database)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.routeOptions.config.cached) return done()
    const now = versionOfTurn()
    if (now === undefined) return done()
    const key = `${request.actor ? 'key' : 'open'} ${request.url}`
    const entry = entries.get(key)
    if (entry?.version === now) return void sendReady(request, reply, entry)
    request.cacheKey = { key, version: now }
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const place = request.cacheKey
    if (place && reply.statusCode === 200 && Buffer.isBuffer(payload)) {
      const etag = reply.getHeader('etag') as string
      const link = reply.getHeader('link') as string | undefined
      keep(place.key, { version: place.version, body: payload, etag, link })
    }
    done(null, payload)
  })
}

/** Requests of one turn of the event loop, between which this process commits nothing, need not ask one by one. */
function oncePerTurn(database: Versioned): () => number | undefined {
  let asked: { version: number | undefined } | undefined
  const forget = () => {
    asked = undefined
  }
  database.onCommit(forget)
  return () => {
    if (!asked) {
      asked = { version: database.version() }
      setImmediate(forget)
    }
    return asked.version
  }
}

/** Sends JSON that is there as bytes, or 304 where the client has it. */
export function sendReady(request: FastifyRequest, reply: FastifyReply, answer: ReadyAnswer): FastifyReply {
  reply.header('etag', answer.etag).header('cache-control', cacheControl(request))
  const known = knownTag(request, answer.etag)
  if (known !== undefined) return reply.code(304).removeHeader('link').header('etag', known).send()
  if (answer.link !== undefined) reply.header('link', answer.link)
  return reply.type('application/json; charset=utf-8').send(answer.body)
}

/** The validator of an answer: of its bytes, behind the version of the resource where it shows one. */
export function readyAnswer(body: Buffer, reply: FastifyReply, version?: number): ReadyAnswer {
  return { body, etag: entityTag(body, version), link: reply.getHeader('link') as string | undefined }
}
