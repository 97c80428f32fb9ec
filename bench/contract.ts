import { authorization } from './app.ts'
import { type Child, start } from './processes.ts'
import { measured, type Options, type Server, serverOn } from './reading.ts'
import type { Result } from './report.ts'

const path = '/v1/articles'

/**
 * What it costs that every answer keeps the whole contract (its id, authentication, limits, fair shares, conditions, compression,
 * refusals as problems): the same answer from the cache of a server that has only the routes and the cache.
 */
export async function* contractRows(file: string, options: Options): AsyncGenerator<Result> {
  const whole = await serverOn(file, 'on')
  const without: Child<'cpu', number> = await start('without-contract.ts', [`file:${file}`])
  try {
    const targets = [
      { server: whole, path },
      { server: whole, path, headers: { authorization } },
      { server: without as Server, path },
    ]
    const [open = [], withKey = [], base = []] = await measured(targets, options)
    const against = { base, of: 'the routes and the cache alone', goal: { atLeast: 0.85 } }
    yield { name: 'the whole contract, newest 20, cache warm', ours: open, ...against }
    yield { name: 'the same with a key', ours: withKey, ...against }
  } finally {
    for (const child of [whole, without]) await child.stop()
  }
}
