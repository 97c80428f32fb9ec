import { expect, it } from 'vitest'
import { raw, type Sql, sql } from '../../src/database/sql.ts'
import { claimDue } from '../../src/webhooks/claiming.ts'
import { dispatchNext } from '../../src/webhooks/dispatching.ts'
import { countAllPending, countUndispatched, oldestPendingSeconds } from '../../src/webhooks/figures.ts'
import { removeOldDeliveries } from '../../src/webhooks/worker.ts'
import { onEveryEngine } from '../support/engines.ts'
import { planOf, rememberingReads } from '../support/plans.ts'
import { startTelling } from './newsroom.ts'

/** Of tables that grow with the log. There are few webhooks, and they are read one after the other. */
const grown = /webhook_(delivery|attempt|told)/

function costlySteps(engine: string, plan: string): string[] {
  const scans =
    engine === 'sqlite'
      ? /^SCAN (webhook_\w+|d|p)\b(?! USING)/
      : /Seq Scan on webhook_(delivery|attempt|told)/
  const sorts = engine === 'sqlite' ? /TEMP B-TREE FOR ORDER BY$/ : /\bSort$/
  return plan.split('\n').filter((step) => scans.test(step) || sorts.test(step))
}

onEveryEngine('what webhooks read', (engine) => {
  it('is read from indexes, however long the log of deliveries is', async () => {
    const room = await startTelling(engine)
    const hooks = [await room.hook(), await room.hook({ query: { q: 'story' } })]
    for (let index = 0; index < 12; index++) await room.article()
    await room.deliver()
    const { database, statements } = rememberingReads(room.delivering.database)
    const delivering = { ...room.delivering, database }
    const base = `/v1/webhooks/${hooks[0]?.id}/deliveries`
    await dispatchNext(delivering)
    await claimDue(delivering, 10)
    await removeOldDeliveries(delivering)
    await countAllPending(database)
    await countUndispatched(database)
    await oldestPendingSeconds(database, new Date())
    expect(statements.length).toBeGreaterThan(7)
    const told: Sql[] = statements.filter(({ sql: text }) => grown.test(text) && !/count\(\*\)/.test(text))
    for (const filter of ['', "and state = 'pending'", "and type = 'article.published'"])
      told.push(
        sql`select id from webhook_delivery where webhook_id = ${'x'} ${raw(filter)} and id < ${'y'} order by id desc limit 21`,
      )
    for (const statement of told) {
      const plan = await planOf(room.delivering.database, statement)
      expect(costlySteps(engine.name, plan), `${statement.text}\n${plan}`).toEqual([])
    }
    expect((await room.api.get(`${base}?limit=5`)).body.data).toHaveLength(5)
  })

  it('would show a list that is sorted as a whole', async () => {
    const { delivering } = await startTelling(engine)
    const plan = await planOf(delivering.database, sql`select id from webhook_delivery order by seq limit 20`)
    expect(costlySteps(engine.name, plan)).not.toEqual([])
  })
})
