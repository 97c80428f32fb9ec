import { expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { Failure } from '../../src/shared/failure.ts'
import { startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { memoryLog } from '../support/log.ts'
import { addKey, addPartner } from './keyring.ts'

onEveryEngine('the log', (engine) => {
  it('never holds a key, whatever becomes of the requests that carry it', async () => {
    const log = memoryLog('trace')
    const { database, breakWith } = breakable(await engine.open())
    const settingsKey = 'canary-of-the-settings-1f8e'
    const api = await startApi(database, { logger: log.logger, adminKey: settingsKey })
    const asAdmin = { key: settingsKey }
    const partnerId = (await api.post('/v1/partners', { body: { name: 'A' }, ...asAdmin })).body.id
    const path = `/v1/partners/${partnerId}/keys`
    const body = { name: 'A', scopes: ['tags:write'] }
    const { key, id } = (await api.post(path, { body, ...asAdmin })).body
    const damaged = key.replace('nw_', 'nw_0')

    const statuses: number[] = []
    const ask = async (request: Promise<{ status: number }>) => statuses.push((await request).status)
    await ask(api.get('/v1/me', { key }))
    await ask(api.get(`/v1/articles?key=${key}`, { key }))
    await ask(api.post('/v1/tags', { key, body: '{"key":' }))
    await ask(api.get('/v1/partners', { key }))
    await ask(api.get('/v1/nothing', { key }))
    await ask(api.post('/v1/tags', { key, body: { slug: '', name: 1 } }))
    await ask(api.get('/v1/me', { key: damaged }))
    breakWith(new Failure('unavailable', 'The newsroom cannot be reached at the moment.'))
    await ask(api.get('/v1/me', { key, mayFail: true }))
    breakWith(new TypeError('a bug'))
    await ask(api.get('/v1/me', { key, mayFail: true }))
    await ask(api.get('/v1/sources', { ...asAdmin, mayFail: true }))
    breakWith(undefined)
    const rotated = await api.post(`${path}/${id}/rotation`, { body: {}, ...asAdmin })
    await ask(api.get('/v1/me', { key }))
    expect(statuses).toEqual([200, 400, 400, 403, 404, 422, 401, 503, 500, 500, 401])

    const lines = log.text()
    expect(lines).toContain('a bug')
    expect(lines).toContain('/v1/me')
    for (const secret of [key, key.slice(16), damaged, rotated.body.key, settingsKey]) {
      expect(lines).not.toContain(secret)
    }
  })

  it('would show a key if one were written to it', async () => {
    const log = memoryLog('trace')
    const api = await startApi(await engine.open(), { logger: log.logger })
    const { key } = await addKey(api, { partnerId: await addPartner(api) })
    log.logger.info({ key })
    expect(log.text()).toContain(key)
  })
})

/** A database whose reads can be made to fail. */
function breakable(database: Database): { database: Database; breakWith(error: Error | undefined): void } {
  let failure: Error | undefined
  const read = <Row>(answer: () => Promise<Row>) => (failure ? Promise.reject(failure) : answer())
  return {
    database: {
      ...database,
      one: (statement) => read(() => database.one(statement)),
      all: (statement) => read(() => database.all(statement)),
    } as Database,
    breakWith(error) {
      failure = error
    },
  }
}
