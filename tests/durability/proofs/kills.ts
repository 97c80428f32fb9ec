import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultsOf, newDatabase, readLedger, unclearRefusals } from '../ledger.ts'
import { type Control, injectInto, serve, startWriter } from '../processes.ts'
import { demand, type Effort, inFolder, lossOf, nothing, type Proof, until } from '../proof.ts'

type Kills = { number: number; exact: boolean; control?: Control; effort: Effort }

/** Each database is killed so often before the next, since the checks of all that was written take ever longer. */
const killsPerDatabase = 25
/** What writes and what syncs, and among how many of the next calls one is chosen. */
const calls: [string, number][] = [
  ['pwrite64', 400],
  ['fsync,fdatasync', 30],
]
const callWithinMs = 10_000
const controlKills = 5

export const randomKills: Proof = {
  name: 'kills',
  promise: 'A killed process loses no acknowledged write',
  needs: [],
  async run(effort) {
    const { done, writes } = await killing({ number: kills(effort), exact: false, effort })
    const control = await lossWithoutCommit({ exact: false, effort })
    return `0 of ${writes} acknowledged writes lost in ${done} kills at random moments; a control that answers before the commit lost ${control}`
  },
}

export const exactKills: Proof = {
  name: 'kills-at-calls',
  promise: 'A process that is killed in the middle of writing to the disk loses no acknowledged write',
  needs: ['strace'],
  async run(effort) {
    const { done, writes } = await killing({ number: kills(effort), exact: true, effort })
    const control = await lossWithoutCommit({ exact: true, effort })
    return `0 of ${writes} acknowledged writes lost in ${done} kills at a chosen pwrite64 or fsync; a control that answers before the commit lost ${control}`
  },
}

/** Few kills, so that they are made whatever time the proof has left. */
const lossWithoutCommit = ({ exact, effort }: Pick<Kills, 'exact' | 'effort'>) =>
  lossOf(() =>
    killing({
      number: controlKills,
      exact,
      control: 'commits-later',
      effort: { ...effort, mayGoOn: () => true },
    }),
  )

const kills = ({ long }: Effort) => (long ? 500 : 2)

/** Throws at the first database that does not hold what was acknowledged. */
async function killing({ number, exact, control, effort }: Kills) {
  let [done, writes] = [0, 0]
  let output = ''
  // Few kills may all have come before the first write.
  const isEnough = () => done >= number && (writes > 0 || done >= 5 * number)
  while (!isEnough() && effort.mayGoOn()) {
    await inFolder(async (folder) => {
      const url = await newDatabase(folder)
      const ledger = join(folder, 'ledger')
      const writer = startWriter(ledger, 'kills')
      try {
        for (let n = 0; n < Math.min(killsPerDatabase, number) && effort.mayGoOn(); n++) {
          const hit = await killOnce(url, ledger, writer, { exact, control })
          if (hit) done++
          nothing(await faultsOf(url, readLedger(ledger)), `after kill ${done}`)
          effort.tell(`${done} of ${number} kills`)
        }
      } finally {
        await writer.kill()
      }
      const written = readLedger(ledger)
      nothing(unclearRefusals(written), 'answers that are unclear')
      writes += written.acknowledged
      output = writer.output()
    })
  }
  demand(writes > 0, `Nothing was written: the proof shows nothing. ${output}`)
  return { done, writes }
}

async function killOnce(
  url: string,
  ledger: string,
  writer: ReturnType<typeof startWriter>,
  { exact, control }: Pick<Kills, 'exact' | 'control'>,
): Promise<boolean> {
  const server = await serve(url, { control })
  demand(server.address !== undefined, `The server ended by itself: ${server.output()}`)
  try {
    if (exact) await injectInto(server, chosenCall())
    const before = readLedger(ledger).acknowledged
    writer.writeTo(String(server.address))
    if (exact) return await Promise.race([server.ended.then(() => true), sleep(callWithinMs, false)])
    await until(() => readLedger(ledger).acknowledged > before, 30_000, 'Nobody writes.')
    await sleep(Math.random() * 400)
    return true
  } finally {
    await server.kill()
  }
}

/** One system call of one kind, somewhere among the first of them. */
function chosenCall(): string {
  const [call, among] = calls[Math.floor(Math.random() * calls.length)] as [string, number]
  return `${call}:signal=SIGKILL:when=${1 + Math.floor(Math.random() * among)}`
}
