import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { clearRefusal, faultsOf, newDatabase, readLedger, unclearRefusals } from '../ledger.ts'
import { type Control, injectInto, serve, startWriter } from '../processes.ts'
import { demand, inFolder, lossOf, mounted, nothing, type Proof, until } from '../proof.ts'

/** What comes back is enough for more than a few commits: each is in the log as well as in the file. */
const ballastBytes = 18 * 1024 * 1024
/** No commit of the writer is so small. */
const leftBytes = 16 * 1024
const healthyWithinMs = 5000
/** As many as write at the same time, so that it is not only what was waiting already. */
const writersAfter = 8
/** Of the first 200 calls each fails once: in ten runs, every tenth of them. */
const callsToFail = 200
const everySoMany = 10
const syncs = 'fsync,fdatasync'
const callsWithinMs = 120_000

export const fullDisk: Proof = {
  name: 'full-disk',
  promise:
    'A full disk is answered with a clear 503, tears nothing, and is over within 5 s of space returning',
  needs: ['mount'],
  async run({ long, mayGoOn, tell }) {
    let [rounds, refused, slowestMs] = [0, 0, 0]
    while (rounds < (long ? 20 : 1) && mayGoOn()) {
      const round = await onSmallDisk()
      rounds++
      refused += round.refused
      slowestMs = Math.max(slowestMs, round.healthyAfterMs)
      tell(`${rounds} rounds`)
    }
    const lost = await lossOf(() => onSmallDisk('ignores-errors'))
    return `${rounds} times full: all ${refused} refusals were 503 with Retry-After, reads went on, 0 acknowledged writes lost, writes went on at most ${Math.ceil(slowestMs)} ms after space returned; a control that ignores that a commit failed lost ${lost}`
  },
}

const onSmallDisk = (control?: Control) =>
  inFolder((folder) =>
    mounted(join(folder, 'disk'), ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs'], (disk) =>
      fillDisk(disk, join(folder, 'ledger'), control),
    ),
  )

const isFull = (disk: string) => {
  const { bavail, bsize } = statfsSync(disk)
  return bavail * bsize < leftBytes
}

async function fillDisk(disk: string, ledger: string, control?: Control) {
  const url = await newDatabase(disk)
  const ballast = join(disk, 'ballast')
  writeFileSync(ballast, Buffer.alloc(ballastBytes, 1))
  const server = await serve(url, { control })
  const writer = startWriter(ledger, 'full', { paragraphs: 40 })
  try {
    writer.writeTo(String(server.address))
    // A control tells nobody.
    const full = () => (control ? isFull(disk) : readLedger(ledger).refusals.size > 0)
    await until(full, 60_000, 'The disk does not fill.')
    await sleep(500)
    const read = await fetch(`${server.address}/v1/articles`)
    demand(read.status === 200, `A read is answered ${read.status} while the disk is full.`)
    const before = readLedger(ledger).acknowledged
    rmSync(ballast)
    const freedAt = performance.now()
    await until(
      () => readLedger(ledger).acknowledged > before + writersAfter,
      healthyWithinMs,
      () => {
        const { acknowledged, refusals } = readLedger(ledger)
        const { bavail, bsize } = statfsSync(disk)
        return `It does not recover: ${acknowledged - before} writes were acknowledged, ${JSON.stringify([...refusals])} refused, ${bavail * bsize} bytes are left. ${server.output().slice(-2000)}`
      },
    )
    const healthyAfterMs = performance.now() - freedAt
    await server.kill()
    await writer.kill()
    const written = readLedger(ledger)
    nothing(await faultsOf(url, written), 'after the disk was full')
    nothing(unclearRefusals(written), 'answers that are unclear')
    return { refused: written.refusals.get(clearRefusal) ?? 0, healthyAfterMs }
  } finally {
    await Promise.all([server.kill(), writer.kill()])
  }
}

export const failingCalls: Proof = {
  name: 'failing-calls',
  promise:
    'A write to the disk or a sync that fails loses no acknowledged write, and is answered with a clear 503',
  needs: ['strace'],
  async run({ long, mayGoOn, tell }) {
    let [runs, refused, writes, failed] = [0, 0, 0, 0]
    for (const plan of plans(long)) {
      if (!mayGoOn()) break
      const result = await inFolder((folder) => failCalls(folder, plan))
      runs++
      refused += result.refused
      writes += result.writes
      failed += result.failed
      tell(`${runs} runs`)
    }
    demand(failed > 0, 'No call failed: the proof shows nothing.')
    const lost = await lossOf(() => inFolder((folder) => failCalls(folder, controlPlan, 'ignores-errors')))
    return `${failed} calls of pwrite64 and fsync among the first ${callsToFail} of a server failed with EIO or ENOSPC, in ${runs} of ${plans(true).length} runs: 0 of ${writes} acknowledged writes lost, all ${refused} refusals were 503 with Retry-After; a control that ignores that a commit failed lost ${lost}`
  },
}

type Plan = { call: string; error: string; first: number }

function plans(long: boolean): Plan[] {
  const firsts = long ? Array.from({ length: everySoMany }, (_, index) => index + 1) : [7]
  return firsts.flatMap((first) =>
    ['pwrite64', syncs].flatMap((call) =>
      (long ? ['EIO', 'ENOSPC'] : [call === 'pwrite64' ? 'ENOSPC' : 'EIO']).map((error) => ({
        call,
        error,
        first,
      })),
    ),
  )
}

/** Behind the writes that make the source, without which a control is refused everything. */
const controlPlan: Plan = { call: 'pwrite64', error: 'EIO', first: 101 }

async function failCalls(folder: string, { call, error, first }: Plan, control?: Control) {
  const url = await newDatabase(folder)
  const ledger = join(folder, 'ledger')
  const when = `${first}..${callsToFail}+${everySoMany}`
  const log = join(folder, 'calls')
  const server = await serve(url, { control })
  const writer = startWriter(ledger, 'failing')
  try {
    await injectInto(server, `${call}:error=${error}:when=${when}`, log)
    writer.writeTo(String(server.address))
    await until(() => linesOf(log).length > callsToFail, callsWithinMs, 'Too few calls come.')
    if (!control) await healthyNow(ledger)
    await server.kill()
    await writer.kill()
    const written = readLedger(ledger)
    const at = `where ${call} failed with ${error} (${when})`
    nothing(await faultsOf(url, written), at)
    nothing(unclearRefusals(written), `unclear answers ${at}`)
    const failed = linesOf(log).filter((line) => line.includes('INJECTED')).length
    return { refused: written.refusals.get(clearRefusal) ?? 0, writes: written.acknowledged, failed }
  } finally {
    await Promise.all([server.kill(), writer.kill()])
  }
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n')

/** Whoever failed before writes again. */
async function healthyNow(ledger: string): Promise<void> {
  const before = readLedger(ledger).acknowledged
  await until(
    () => readLedger(ledger).acknowledged > before,
    healthyWithinMs,
    'Nobody writes behind the failures.',
  )
}
