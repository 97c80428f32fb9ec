import { beforeAll, describe, expect, it } from 'vitest'
import { type Access, scopes } from '../../src/http/access.ts'
import { makeKey } from '../../src/partners/key.ts'
import { adminKey } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { operations, reads } from './document.ts'
import { validRequest } from './requests.ts'
import { openRoom, type Room } from './room.ts'

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

/** What a role is refused with. A key that is no good is told so wherever keys are asked for at all. */
function refusal(access: Access, role: Role, readAccess: 'open' | 'key'): number | undefined {
  if (access === 'public') return undefined
  if (role.scopes === 'bad') return 401
  if (access === 'read' && readAccess === 'open') return undefined
  if (role.scopes === 'none') return 401
  if (access === 'key' || role.scopes.includes('admin') || role.scopes.includes(access)) return undefined
  return 403
}
