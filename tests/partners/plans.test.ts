import { expect, it } from 'vitest'
import { startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { planOf, rememberingReads } from '../support/plans.ts'
import { addKey, addPartner } from './keyring.ts'

onEveryEngine('query plans of keys', (engine) => {
  it('find the key of a request and list those of a partner by an index, in the order of the list', async () => {
    const opened = await engine.open()
    const { database, statements } = rememberingReads(opened)
    const api = await startApi(database)
    const partnerId = await addPartner(api)
    const { key } = await addKey(api, { partnerId, scopes: ['admin'] })
    await addKey(api, { partnerId })
    statements.length = 0
    const { body } = await api.get(`/v1/partners/${partnerId}/keys?limit=1`, { key })
    await api.get(`/v1/partners/${partnerId}/keys?limit=1&cursor=${body.page.next}`, { key })
    const plans: string[] = []
    for (const statement of statements) plans.push(await planOf(opened, statement))
    expect(plans.length).toBeGreaterThanOrEqual(5)
    expect(plans.join('\n')).not.toMatch(/SCAN|Seq Scan|TEMP B-TREE|Sort/)
    expect(plans.join('\n')).toContain('api_key_partner')
  })
})
