import { beforeEach, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { createKey, ensureAdminKey, listKeys, revokeKey } from '../../src/partners/keys.ts'
import { type Api, startApi } from '../support/api.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addKey, addPartner } from './keyring.ts'

onEveryEngine('keys that the operator makes', (engine) => {
  let api: Api
  let clock: TestClock
  let url: string
  let database: Database

  beforeEach(async () => {
    clock = testClock()
    url = await engine.create()
    database = engine.connect(url, clock)
    api = await startApi(database, { clock })
  })

  const statusWith = async (key: string) => (await api.get('/v1/me', { key })).status

  it('of the first start are made once, however many processes start together', async () => {
    const starts = [database, engine.connect(url, clock), engine.connect(url, clock)]
    const made = await Promise.all(starts.map((process) => process.write(ensureAdminKey)))
    const keys = made.filter((key) => key !== undefined)
    expect(keys).toHaveLength(1)
    const me = await api.get('/v1/me', { key: keys[0] as string })
    expect(me.body).toMatchObject({ name: 'Administrator', partner: null, scopes: ['admin'] })
    expect((await api.get('/v1/partners', { key: keys[0] as string })).status).toBe(200)
  })

  it('of the first start are made again once no administrator could come in', async () => {
    const first = (await database.write(ensureAdminKey)) as string
    await database.write((tx) => revokeKey(tx, { id: first.slice(0, 15) }))
    expect(await database.write(ensureAdminKey)).toBeDefined()
    expect(await database.write(ensureAdminKey)).toBeUndefined()
  })

  it('of partners with the scope admin count only while they are taken', async () => {
    const { partnerId } = await addKey(api, { scopes: ['admin'], expiresAt: '2026-11-24T00:00:00Z' })
    expect(await database.write(ensureAdminKey)).toBeUndefined()
    await api.patch(`/v1/partners/${partnerId}`, { body: { state: 'suspended' } })
    expect(await database.write(ensureAdminKey)).toBeDefined()
  })

  it('are made, listed and revoked from the command line', async () => {
    const input = { name: 'Nightly', scopes: ['articles:write' as const] }
    const own = await database.write((tx) => createKey(tx, input))
    const named = await database.write((tx) => createKey(tx, { ...input, partnerName: 'Quarry' }))
    const again = await database.write((tx) => createKey(tx, { ...input, partnerName: 'Quarry' }))
    expect(again.row.partner_id).toBe(named.row.partner_id)
    expect((await listKeys(database)).map((key) => key.partnerName)).toEqual([null, 'Quarry', 'Quarry'])
    expect(await statusWith(own.key)).toBe(200)
    await database.write((tx) => revokeKey(tx, { id: `nw_${own.row.public_id}` }))
    await database.write((tx) => revokeKey(tx, { id: named.row.id }))
    expect([await statusWith(own.key), await statusWith(named.key)]).toEqual([401, 401])
    expect(await statusWith(again.key)).toBe(200)
    await expect(database.write((tx) => revokeKey(tx, { id: 'nw_nobody' }))).rejects.toThrow('no key')
  })

  it('are not made for a name that several partners have', async () => {
    await addPartner(api, { name: 'Twins' })
    await addPartner(api, { name: 'Twins' })
    const input = { name: 'A', scopes: ['read' as const], partnerName: 'Twins' }
    await expect(database.write((tx) => createKey(tx, input))).rejects.toThrow('Several partners')
  })
})
