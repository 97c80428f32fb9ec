import { expect, it } from 'vitest'
import { changeTypes } from '../../src/changes/change.ts'
import { onEveryEngine } from '../support/engines.ts'
import { countKinds } from './comparing.ts'
import { simulate } from './simulation.ts'

const isWhole = process.env.PARTNERS === 'whole'
const { operations, kills, catchingUpMs } = isWhole
  ? { operations: 5000, kills: 10, catchingUpMs: 300_000 }
  : { operations: 600, kills: 3, catchingUpMs: 100_000 }
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

onEveryEngine('partners', (engine) => {
  it(
    `by polling, by a stream and by webhooks have what the newsroom has after ${operations} operations and ${kills} kills`,
    async () => {
      const databaseUrl = await engine.create()
      const run = await simulate({ databaseUrl, operations, kills, catchingUpMs, seed })
      const { truth, different, careful, careless, writing, ...figures } = run
      if (isWhole)
        console.log(
          JSON.stringify(
            { engine: engine.name, seed, ...figures, ...countKinds(truth), ...writing },
            null,
            1,
          ),
        )
      for (const partner of careful) {
        const found = different.get(partner.name) ?? []
        const shown = found.slice(0, 10).join('\n')
        expect(found, `seed ${seed}, by ${partner.name}, ${found.length} differ:\n${shown}`).toEqual([])
        expect(partner.kills).toBeGreaterThanOrEqual(kills)
      }
      // In the whole form everything has happened that can be told.
      if (isWhole) expect(Object.keys(figures.changes).sort()).toEqual([...changeTypes].sort())
      // A partner that passes over one type of change is found out.
      expect(different.get(careless.name)?.length).toBeGreaterThan(0)
    },
    isWhole ? 1_200_000 : 180_000,
  )
})
