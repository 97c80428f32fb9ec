import { expect, it } from 'vitest'
import { problemsOf } from '../../eval/simulation/checks.ts'
import { figuresOf } from '../../eval/simulation/figures.ts'
import { savedFeeds } from '../../eval/simulation/saved-feeds.ts'
import { simulate, simulatedClock } from '../../eval/simulation/simulation.ts'
import { onEveryEngine } from '../support/engines.ts'
import { describeWithSharedData } from '../support/shared-data.ts'

/** Every fifth, so that all kinds of feeds are among them. */
const some = <One>(all: One[]) => all.filter((_, index) => index % 5 === 4).slice(0, 15)

describeWithSharedData('a day of real feeds', ['feeds/saved', 'pages/trafilatura'], () => {
  onEveryEngine('from servers that behave as badly as the web', (engine) => {
    it('loses and doubles no article and asks nobody too often', async () => {
      const clock = simulatedClock()
      const database = await engine.open(clock)
      const frame = { feeds: some(savedFeeds()), days: 1, pageOutlets: 1, seed: '1' }
      const simulation = await simulate({ database, clock }, frame)
      expect(await problemsOf(simulation)).toEqual([])
      const figures = await figuresOf(simulation)
      expect(figures.feeds).toBe(15)
      expect(figures.articles).toBeGreaterThan(100)
      expect(figures.deleted).toBeGreaterThan(0)
      expect(figures.pages).toBeGreaterThan(3)
      expect(figures.pollsADay).toBeLessThan(24)
    }, 60_000)
  })
})
