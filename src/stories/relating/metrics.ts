import { Gauge, Registry } from 'prom-client'
import type { Database } from '../../database/database.ts'
import { countBehind } from './linker.ts'

/** Counting ends here: so far behind is far behind. */
const mostCounted = 10_000

/** The figure of relating articles to one another that an operator watches. */
export function relatingMetrics(database: Database): Registry {
  const registry = new Registry()
  new Gauge({
    name: 'newsweave_relations_behind',
    help: 'Changes of articles whose relations are not looked for yet; counted up to 10000.',
    registers: [registry],
    // Of the database, and so the same in all processes.
    aggregator: 'max',
    async collect() {
      this.set(await countBehind(database, mostCounted))
    },
  })
  return registry
}
