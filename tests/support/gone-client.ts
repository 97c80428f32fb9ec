import { request } from 'node:http'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import type { Api } from './api.ts'
import type { Headers } from './contract.ts'

type Held = Record<'reading' | 'gone', PromiseWithResolvers<void>>

/** The same database, and a client who goes away while it reads one row: that of the key, which is read first. */
export function withGoneClients(database: Database) {
  let held: Held | undefined
  const one: Database['one'] = async (statement) => {
    held?.reading.resolve()
    await held?.gone.promise
    return database.one(statement)
  }

  async function askAndGo(api: Api, url: string, headers: Headers): Promise<void> {
    const [reading, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    held = { reading, gone }
    const asked = request(url, { headers, agent: false }).on('error', () => {})
    asked.end()
    await reading.promise
    asked.destroy()
    const connections = promisify(api.app.server.getConnections).bind(api.app.server)
    await expect.poll(() => connections(), { timeout: 10_000 }).toBe(0)
    held = undefined
    gone.resolve()
    // What is done for it nevertheless begins in one of the next turns.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  }

  return { database: { ...database, one }, askAndGo }
}
