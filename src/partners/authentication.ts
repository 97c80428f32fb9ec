import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, RouteOptions } from 'fastify'
import type { Queries } from '../database/database.ts'
import type { Access, Actor, Scope } from '../http/access.ts'
import type { Server } from '../http/server.ts'
import { type Clock, systemClock, timestamp } from '../shared/clock.ts'
import { Failure } from '../shared/failure.ts'
import { hashOf, isHash, readPublicId } from './key.ts'
import { type CredentialRow, findCredential } from './store.ts'

export type AuthenticationDependencies = {
  database: Queries
  /** A key from the settings, with all rights and kept nowhere. */
  adminKey?: string | undefined
  clock?: Clock | undefined
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void

declare module 'fastify' {
  interface FastifyRequest {
    /** Why there is no actor although a key was sent. Told after the request was counted, by routes that are not public. */
    authenticationError: Error | null
  }
}

/** Sets `request.actor` by the key that was sent. Refuses nothing yet: the limits come first and count bad keys too. */
export function addAuthentication(app: Server, deps: AuthenticationDependencies): void {
  app.decorateRequest('actor', null)
  app.decorateRequest('authenticationError', null)
  const identify = identification(deps)
  app.decorateRequest('isStillLetIn', async function isStillLetIn(this: FastifyRequest) {
    const { authorization } = this.headers
    if (authorization === undefined) return true
    try {
      await identify(authorization)
      return true
    } catch (error) {
      // A database that cannot be reached says nothing of the key.
      return !(error instanceof Failure && error.code === 'unauthorized')
    }
  })
  app.addHook('onRequest', authenticate(identify))
}

/** Refuses requests that lack what their route asks for. A route under /v1 that asks for nothing is not registered. */
export function addAccessCheck(app: Server, readAccess: 'open' | 'key'): void {
  app.addHook('onRoute', requireAccess)
  app.addHook('onRequest', checkAccess(readAccess))
}

/** The row of the key is read on each request and never kept, so that revocation, expiry and suspension bite at once. */
function identification({ database, adminKey, clock = systemClock }: AuthenticationDependencies) {
  const settingsKey =
    adminKey === undefined ? undefined : { hash: hashOf(adminKey), actor: administrator(clock) }

  return async function identify(authorization: string): Promise<Actor> {
    const key = /^bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1]
    if (key === undefined) throw unauthorized('Authorization is not of the form `Bearer <key>`.')
    const hash = hashOf(key)
    if (settingsKey && isHash(hash, settingsKey.hash)) return settingsKey.actor
    const publicId = readPublicId(key)
    if (publicId === undefined) throw unauthorized('The key is damaged: copy it again.')
    const row = await findCredential(database, publicId)
    if (!isHash(hash, row?.hash) || !row) throw unauthorized('Nobody has this key.')
    refuseEnded(row, clock)
    return actorOf(row)
  }
}

function authenticate(identify: (authorization: string) => Promise<Actor>): Hook {
  return function setActor(request, _reply, done) {
    const { authorization } = request.headers
    if (authorization === undefined) return done()
    identify(authorization).then(
      (actor) => {
        request.actor = actor
        done()
      },
      (error) => {
        request.authenticationError = error
        done()
      },
    )
  }
}

/** Only who has the whole key learns why it is not taken. */
function refuseEnded(row: CredentialRow, clock: Clock): void {
  if (row.revoked_at !== null) throw unauthorized('The key was revoked.')
  if (row.expires_at !== null && row.expires_at <= timestamp(clock()))
    throw unauthorized('The key has expired.')
  if (row.partner_state === 'suspended') throw unauthorized('The partner of this key is suspended.')
}

function actorOf(row: CredentialRow): Actor {
  const { id, name, partner_id, partner_name } = row
  return {
    keyId: id,
    name,
    partner: partner_id !== null && partner_name !== null ? { id: partner_id, name: partner_name } : null,
    scopes: JSON.parse(row.scopes),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    quotas: { minute: row.requests_per_minute, day: row.requests_per_day },
  }
}

function administrator(clock: Clock): Actor {
  return {
    keyId: 'admin-key',
    name: 'ADMIN_KEY of the settings',
    partner: null,
    scopes: ['admin'],
    createdAt: timestamp(clock()),
    expiresAt: null,
  }
}

export function checkAccess(readAccess: 'open' | 'key'): Hook {
  return function refuse(request, _reply, done) {
    const { access } = request.routeOptions.config
    // An address without a route asks for nothing, and answers 404.
    if (access === undefined || access === 'public') return done()
    if (request.authenticationError) return done(request.authenticationError)
    if (access === 'read' && readAccess === 'open') return done()
    return done(refusal(request.actor, access))
  }
}

function refusal(actor: Actor | null, access: Exclude<Access, 'public'>): Error | undefined {
  if (!actor) return unauthorized('This needs a key, sent as `Authorization: Bearer <key>`.')
  if (access === 'key' || mayUse(actor, access)) return undefined
  return new Failure('forbidden', `The key lacks the scope ${access}.`, { extensions: { scope: access } })
}

const mayUse = (actor: Actor, scope: Scope) => actor.scopes.includes(scope) || actor.scopes.includes('admin')

function requireAccess({ url, method, config }: RouteOptions): void {
  if (!/^\/v1(\/|$)/.test(url) || config?.access !== undefined) return
  throw new Error(`${method} ${url} does not say which access it needs.`)
}

function unauthorized(message: string): Failure {
  return new Failure('unauthorized', message, { headers: { 'WWW-Authenticate': 'Bearer' } })
}
