import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../../src/database/open.ts'
import { sql } from '../../../src/database/sql.ts'
import { newDatabase } from '../ledger.ts'
import { serve, startProgram } from '../processes.ts'
import { demand, type Effort, inFolder, lossOf, nothing, type Proof, until } from '../proof.ts'

/** A request that is made for the first time; with `id` one that got its answer, with `wrong` one that got another than it should. */
export type Retried = { key: string; id?: string; isReplayed?: boolean; wrong?: string }

const killsPerDatabase = 25
const controlKills = 2

export const retriedWrites: Proof = {
  name: 'retried-writes',
  promise:
    'A write that is sent again under its `Idempotency-Key` happens once, whether the answer was lost on the way or the process was killed',
  needs: [],
  async run(effort) {
    const { kills, made, replayed } = await retrying(effort.long ? 100 : 2, true, effort)
    demand(replayed > 0, 'Nothing had happened when it was sent again: the proof shows nothing.')
    const control = { ...effort, mayGoOn: () => true }
    const doubled = await lossOf(() => retrying(controlKills, false, control))
    return `${made} writes made once each, with the answer they were given first, while clients gave up on answers and the process was killed ${kills} times; ${replayed} of them had been made when they were sent again; the same without keys made ${doubled} of them more than once`
  },
}

async function retrying(number: number, withKeys: boolean, effort: Effort) {
  let [kills, made, replayed] = [0, 0, 0]
  while (kills < number && effort.mayGoOn()) {
    await inFolder(async (folder) => {
      const url = await newDatabase(folder)
      const ledger = join(folder, 'ledger')
      const client = startProgram('retry', [ledger, String(withKeys)])
      try {
        for (let n = 0; n < Math.min(killsPerDatabase, number) && effort.mayGoOn(); n++) {
          await killOnce(url, ledger, client)
          kills++
          effort.tell(`${kills} of ${number} kills`)
        }
      } finally {
        await client.kill()
      }
      const written = read(ledger)
      nothing(await faultsOf(url, written), `after kill ${kills}`)
      made += written.filter(({ id }) => id !== undefined).length
      replayed += written.filter(({ isReplayed }) => isReplayed).length
    })
  }
  return { kills, made, replayed }
}

async function killOnce(url: string, ledger: string, client: ReturnType<typeof startProgram>): Promise<void> {
  const server = await serve(url)
  demand(server.address !== undefined, `The server ended by itself: ${server.output()}`)
  try {
    const before = read(ledger).length
    client.write(String(server.address))
    await until(() => read(ledger).length > before, 30_000, 'Nobody writes.')
    await sleep(Math.random() * 1000)
  } finally {
    await server.kill()
  }
}

function read(ledger: string): Retried[] {
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').slice(0, -1) : []
  return lines.map((line) => JSON.parse(line))
}

/** What was made twice or is not there as it was answered, and each answer that was wrong. */
async function faultsOf(url: string, ledger: Retried[]): Promise<string[]> {
  const database = openDatabase(url)
  const rows = await database.all<{ id: string; name: string }>(sql`select id, name from source`)
  await database.close()
  const idsOf = Map.groupBy(rows, ({ name }) => name)
  return ledger.flatMap(({ key, id, wrong }) => {
    if (wrong !== undefined) return [`Source ${key} was answered wrongly: ${wrong}`]
    const ids = (idsOf.get(key) ?? []).map((row) => row.id)
    if (id === undefined)
      return ids.length > 1 ? [`Source ${key} was acknowledged, and made ${ids.length} times.`] : []
    return ids.includes(id) ? [] : [`Source ${key} is lost.`]
  })
}
