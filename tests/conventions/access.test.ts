import { beforeAll, describe, expect, it } from 'vitest'
import { sql } from '../../src/database/sql.ts'
import { type Access, type Scope, scopes } from '../../src/http/access.ts'
import { makeKey } from '../../src/partners/key.ts'
import { adminKey } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { operations, reads } from './document.ts'
import { validRequest } from './requests.ts'
import { openRoom, type Room } from './room.ts'

/** What belongs to the partner whose key made it. */
const owned = operations.filter(({ access, path }) => access === 'webhooks:write' && path.includes('{id}'))

type Role = { name: string; key: string | null; scopes: readonly string[] | 'none' | 'bad' }

onEveryEngine('access', (engine) => {
  // How reads are opened has nothing to do with the engine, where keys are found has.
  const modes = engine.name === 'sqlite' ? (['open', 'key'] as const) : (['key'] as const)
  describe.each(modes)('with reads for %s', (readAccess) => {
    let room: Room
    let roles: Role[]
    /** Enough of them to meet each way to be let in and to be refused. */
    let some: Role[]

    beforeAll(async () => {
      room = await openRoom(engine, { readAccess })
      roles = await everyRole(room)
      some = roles.filter(({ name }) =>
        ['nobody', 'a revoked key', 'read', 'tags:write', 'admin'].includes(name),
      )
    })

    it.each(operations)('to $method $path is as the document says', async (operation) => {
      const { params, query, body, headers } = await validRequest(room, operation)
      // What is let in by a signature and not by a key has to have one.
      const signed = headers && { body, headers: { 'content-type': operation.types[0] ?? '', ...headers } }
      const wrong: string[] = []
      for (const role of roles) {
        // Who is let in is told of the parameter, so that nothing becomes of the request.
        const typo = { ...query, typo: '1' }
        const { status } = await room.ask(operation, { params, query: typo, key: role.key, ...signed })
        const expected = refusal(operation.access, role, readAccess)
        const seen = status === 401 || status === 403 ? status : undefined
        if (seen !== expected) wrong.push(`${role.name}: ${status}, not ${expected ?? 'let in'}`)
      }
      expect(wrong).toEqual([])
    })

    it.each(operations)('to $method $path is enough with its own scope', async (operation) => {
      const role = roles.find(({ scopes }) => scopes.includes(operation.access)) ?? roles.at(-1)
      const { params, query, body, headers: own } = await validRequest(room, operation, role?.key)
      const headers = { ...(operation.types[0] && { 'content-type': operation.types[0] }), ...own }
      const answer = await room.ask(operation, { params, query, body, headers, key: role?.key ?? null })
      expect(answer.status).toBeLessThan(300)
    })

    it.each(owned)('to $method $path is of nobody else than who made it', async (operation) => {
      const owner = await room.key([operation.access as Scope])
      const { params, query, body, headers } = await validRequest(room, operation, owner)
      const type = operation.types[0] && { 'content-type': operation.types[0] }
      const asked = { params, query, body, headers: { ...type, ...headers } }
      const before = await room.seq()
      const other = await room.ask(operation, { ...asked, key: await room.key([operation.access as Scope]) })
      expect(other.status).toBe(404)
      expect(await room.seq()).toBe(before)
      expect((await room.ask(operation, { ...asked, key: owner })).status).toBeLessThan(300)
    })

    it.each(reads)('to $path is the same for HEAD', async (operation) => {
      const { params, query } = await validRequest(room, operation)
      for (const { key, name } of some) {
        const get = await room.ask(operation, { params, query, key })
        const head = await room.ask(operation, { params, query, key, method: 'HEAD' })
        expect(head.status, name).toBe(get.status)
      }
    })

    it.each(reads)('to $path is never by an answer that was kept for somebody else', async (operation) => {
      const { params, query } = await validRequest(room, operation)
      for (const order of [some, some.toReversed()]) {
        for (const role of order) {
          const { status, headers } = await room.ask(operation, { params, query, key: role.key })
          const expected = refusal(operation.access, role, readAccess)
          expect(status, role.name).toBe(expected ?? 200)
          if (
            status === 200 &&
            /public/.test(headers['cache-control'] ?? '') &&
            operation.access !== 'public'
          ) {
            expect(role.key, 'is told to shared caches').toBeNull()
          }
        }
      }
    })
  })
})

async function everyRole(room: Room): Promise<Role[]> {
  const roles: Role[] = [
    { name: 'nobody', key: null, scopes: 'none' },
    { name: 'a key that nobody has', key: makeKey().key, scopes: 'bad' },
    { name: 'a revoked key', key: await revokedKey(room), scopes: 'bad' },
    { name: 'an expired key', key: await expiredKey(room), scopes: 'bad' },
    { name: 'a key of a suspended partner', key: await suspendedKey(room), scopes: 'bad' },
    { name: 'no key at all', key: 'undefined', scopes: 'bad' },
    { name: 'the key of the settings', key: adminKey, scopes: ['admin'] },
  ]
  for (const scope of scopes) roles.push({ name: scope, key: await room.key([scope]), scopes: [scope] })
  return roles
}

async function revokedKey(room: Room): Promise<string> {
  const id = await room.partner()
  const { headers, body } = await room.api.post(`/v1/partners/${id}/keys`, {
    body: { name: 'Revoked', scopes: ['admin'] },
  })
  await room.api.delete(headers.location)
  return body.key
}

/** It was good until a moment ago. */
async function expiredKey(room: Room): Promise<string> {
  const id = await room.partner()
  const { body } = await room.api.post(`/v1/partners/${id}/keys`, {
    body: { name: 'Expired', scopes: ['admin'], expiresAt: '2999-01-01T00:00:00.000Z' },
  })
  const past = '2001-01-01T00:00:00.000Z'
  await room.database.write((tx) =>
    tx.run(sql`update api_key set expires_at = ${past} where id = ${body.id}`),
  )
  return body.key
}

async function suspendedKey(room: Room): Promise<string> {
  const id = await room.partner()
  const { body } = await room.api.post(`/v1/partners/${id}/keys`, {
    body: { name: 'Suspended', scopes: ['admin'] },
  })
  await room.api.patch(`/v1/partners/${id}`, { body: { state: 'suspended' } })
  return body.key
}

/** What a role is refused with. A key that is no good is told so wherever keys are asked for at all. */
function refusal(access: Access, role: Role, readAccess: 'open' | 'key'): number | undefined {
  if (access === 'public') return undefined
  if (role.scopes === 'bad') return 401
  if (access === 'read' && readAccess === 'open') return undefined
  if (role.scopes === 'none') return 401
  if (access === 'key' || role.scopes.includes('admin') || role.scopes.includes(access)) return undefined
  return 403
}
