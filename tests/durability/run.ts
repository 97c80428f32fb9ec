// Shows what docs/reliability.md promises of what is stored. --long runs each proof to its
// full figure, or for --minutes at most, and writes the page. Without it a few rounds of the quick ones are made, for npm test.
import { parseArgs } from 'node:util'
import { writeFigure } from '../support/figures.ts'
import { endWithThisProcess } from './processes.ts'
import { lacking, type Proof } from './proof.ts'
import { backupUnderLoad } from './proofs/backup.ts'
import { damagedFiles, damagedLogs } from './proofs/damage.ts'
import { deploys } from './proofs/deploys.ts'
import { failingCalls, fullDisk } from './proofs/disk.ts'
import { exactKills, randomKills } from './proofs/kills.ts'
import { killedMigrations, killedMigrationsOfServer } from './proofs/migrations.ts'
import { cutsOnExt4, cutsOnXfs } from './proofs/power.ts'
import { readOnlyDisk } from './proofs/readonly.ts'
import { retriedWrites } from './proofs/retries.ts'
import { crashedServer } from './proofs/server.ts'

/** Those of the short form. */
const quick: Proof[] = [
  crashedServer,
  randomKills,
  exactKills,
  retriedWrites,
  killedMigrations,
  fullDisk,
  backupUnderLoad,
  damagedLogs,
  damagedFiles,
]
const proofs: Proof[] = [
  ...quick,
  deploys,
  failingCalls,
  readOnlyDisk,
  cutsOnExt4,
  cutsOnXfs,
  killedMigrationsOfServer,
]
/** They wait for disks and processes more than they compute. */
const quickAtOnce = 3

const help = `npm run test:durability -- [options]

Shows that nothing which was acknowledged is lost, whatever kills, power cuts, full disks and damage do, each with a control that has
to lose something. Without options a few rounds of the quick ones are made. Wants Linux with strace, e2fsprogs and xfsprogs, and root
or sudo to mount file systems of its own; what is missing is named.

  --long           each to its full figure, which is written into docs/reliability.md
  --only <proof>   this one alone; may be given again. One of ${proofs.map(({ name }) => name).join(', ')}
  --minutes <n>    how long each may take at most in the long form (60)
  --help           shows this`

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    minutes: { type: 'string', default: '60' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(help)
  process.exit()
}
const { long } = values
const atMostMs = Number(values.minutes) * 60_000
const unknown = (values.only ?? []).filter((name) => !proofs.some((proof) => proof.name === name))
if (unknown.length > 0 || !(atMostMs > 0)) {
  console.error(
    unknown.length > 0 ? `No proof is called ${unknown.join(', ')}.` : '--minutes wants a number above 0.',
  )
  console.error(help)
  process.exit(2)
}
/** Where a proof that cannot be shown is a failure, not a remark: in continuous integration, and for the figures. */
const demanding = long || process.env.REQUIRE_FAULT_TOOLS === '1'
const chosen = values.only ? proofs.filter(({ name }) => values.only?.includes(name)) : long ? proofs : quick

endWithThisProcess()
let failed = 0
const waiting = [...chosen]
await Promise.all(Array.from({ length: long ? 1 : quickAtOnce }, showInTurn))
const left = values.only ? [] : proofs.filter((proof) => !chosen.includes(proof))
if (left.length > 0)
  console.log(`LEFT OUT   of the short form (--long has them): ${left.map(({ name }) => name).join(', ')}`)
// What is still connected somewhere would keep this process.
process.exit(failed > 0 ? 1 : 0)

async function showInTurn(): Promise<void> {
  for (let proof = waiting.shift(); proof; proof = waiting.shift()) {
    const holds = await show(proof)
    if (!holds) failed++
  }
}

async function show(proof: Proof): Promise<boolean> {
  const missing = lacking(proof.needs)
  if (missing) {
    console.log(`${demanding ? 'FAILED' : 'NOT SHOWN'}  ${proof.name}: ${missing}.`)
    return !demanding
  }
  const began = performance.now()
  let toldAt = began
  const mayGoOn = () => performance.now() - began < atMostMs
  const tell = (text: string) => {
    if (performance.now() - toldAt < 10_000) return
    toldAt = performance.now()
    console.log(`           ${proof.name}: ${text}`)
  }
  try {
    const figure = await proof.run({ long, mayGoOn, tell })
    console.log(`holds      ${proof.name}: ${figure} (${Math.round((performance.now() - began) / 1000)} s)`)
    const command = `npm run test:durability -- --long --only ${proof.name}`
    if (long) writeFigure('What is stored', { promise: proof.promise, figure, command })
    return true
  } catch (error) {
    console.log(`FAILED     ${proof.name}: ${error instanceof Error ? error.stack : error}`)
    return false
  }
}
