import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrate } from '../../../src/database/migrate.ts'
import { openDatabase } from '../../../src/database/open.ts'
import { type RunningPostgres, startPostgres } from '../../support/postgres.ts'
import { clearRefusal, faultsOf, readLedger, unclearRefusals } from '../ledger.ts'
import { serve, startWriter } from '../processes.ts'
import { demand, type Effort, inFolder, nothing, type Proof, until } from '../proof.ts'

const healthyWithinMs = 15_000
const startedWithinMs = 60_000
const downMs = 1500
/** What the server had begun for the writer ends within this. */
const underWayMs = 500

export const crashedServer: Proof = {
  name: 'crashed-postgresql',
  promise:
    'A PostgreSQL that crashes under writes loses no acknowledged write; the API answers a clear 503 meanwhile and is healthy after',
  needs: [],
  async run(effort) {
    const { crashes, writes, refused, slowestMs, lost } = await crashing(effort.long ? 50 : 1, effort)
    nothing(lost, `after ${crashes} crashes`)
    const lazy = { synchronous_commit: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '1GB' }
    const control = await crashing(effort.long ? 3 : 1, effort, lazy)
    demand(control.lost.length > 0, 'With synchronous_commit=off nothing was lost: the proof shows nothing.')
    return `0 of ${writes} acknowledged writes lost in ${crashes} crashes (SIGQUIT); all ${refused} refusals were 503 with Retry-After; writes went on at most ${Math.ceil(slowestMs)} ms after the server was back; a control with synchronous_commit=off lost ${control.lost.length}`
  },
}

async function crashing(number: number, { mayGoOn, tell }: Effort, settings: Record<string, string> = {}) {
  const server = await startPostgres(settings)
  try {
    await prepare(server.url)
    return await inFolder(async (folder) => {
      const ledger = join(folder, 'ledger')
      const [api, writer] = [await serve(server.url), startWriter(ledger, 'crash')]
      const lost: string[] = []
      let [crashes, slowestMs] = [0, 0]
      try {
        writer.writeTo(String(api.address))
        while (crashes < number && (crashes === 0 || mayGoOn()) && lost.length === 0) {
          await moreWrites(ledger, startedWithinMs)
          const upAt = await crash(server, api.address as string, ledger)
          crashes++
          // A control that lost the source of the articles cannot go on.
          if (Object.keys(settings).length === 0) await moreWrites(ledger, healthyWithinMs)
          slowestMs = Math.max(slowestMs, performance.now() - upAt)
          lost.push(...(await standing(writer, server.url, ledger)))
          tell(`${crashes} of ${number} crashes`)
        }
      } finally {
        await Promise.all([api.kill(), writer.kill()])
      }
      const written = readLedger(ledger)
      const { acknowledged, refusals } = written
      // Without its source, a control is refused what it asks for.
      if (lost.length === 0) nothing(unclearRefusals(written), 'unclear answers')
      return { crashes, writes: acknowledged, refused: refusals.get(clearRefusal) ?? 0, slowestMs, lost }
    })
  } finally {
    await server.stop()
  }
}

/** The tables are written out, whatever a control loses later. */
async function prepare(url: string): Promise<void> {
  const database = openDatabase(url)
  await migrate(database).finally(() => database.close())
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('checkpoint').finally(() => client.end())
}

/** Answers when the server was back. */
async function crash(server: RunningPostgres, api: string, ledger: string): Promise<number> {
  await server.crash()
  const answer = await fetch(`${api}/v1/articles`)
  demand(
    answer.status === 503 && answer.headers.has('retry-after'),
    `Without its server the API answers a read with ${answer.status}.`,
  )
  const health = await fetch(`${api}/healthz`)
  demand(health.status === 200, `Without its server /healthz is ${health.status}.`)
  await until(() => readLedger(ledger).refusals.size > 0, healthyWithinMs, 'No write is refused.')
  await sleep(downMs)
  await server.startAgain()
  return performance.now()
}

/** What stands in the ledger while nobody writes. */
async function standing(writer: ReturnType<typeof startWriter>, url: string, ledger: string) {
  writer.signal('SIGSTOP')
  try {
    await sleep(underWayMs)
    return await faultsOf(url, readLedger(ledger))
  } finally {
    writer.signal('SIGCONT')
  }
}

async function moreWrites(ledger: string, withinMs: number): Promise<void> {
  const before = readLedger(ledger).acknowledged
  await until(() => readLedger(ledger).acknowledged > before + 5, withinMs, 'Nobody writes.')
}
