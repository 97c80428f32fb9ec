import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { recordFigure } from '../support/figures.ts'
import { type Newsweave, newsweave } from '../support/newsweave.ts'
import { type Program, runProgram } from '../support/process.ts'

const long = process.env.ABUSE === 'long'
const seconds = long ? 20 : 2
const probeEveryMs = 20
/** What a balancer would still take for alive, and what a machine that is busy with other tests may add in the short form. */
const p99AtMostMs = long ? 250 : 1000
const memoryAtMostMb = 700
const key = 'an-admin-key-for-abuse'
const attacker = new URL('./programs/attack.ts', import.meta.url)

/** By what they do: how many sockets or connections at a time, and the statuses that they may be answered with. */
const attacks: [kind: string, many: { short: number; long: number }, statuses: string[]][] = [
  ['slow headers', { short: 500, long: 10_000 }, ['408']],
  ['slow bodies', { short: 500, long: 10_000 }, ['408', '503']],
  ['idle sockets', { short: 500, long: 10_000 }, ['408']],
  ['header floods', { short: 4, long: 8 }, ['200', '431', '503']],
  ['resets mid-body', { short: 20, long: 50 }, []],
  ['deep JSON', { short: 2, long: 4 }, ['422', '503']],
  ['huge addresses', { short: 4, long: 8 }, ['200', '400', '431', '503']],
  ['decompression bombs', { short: 1, long: 2 }, ['200', '422', '503']],
  ['a flood of searches', { short: 200, long: 600 }, ['200', '429', '503']],
  ['a flood of searches from everywhere', { short: 200, long: 600 }, ['200', '429', '503']],
]

let server: Newsweave
let address: string

beforeAll(async () => {
  server = newsweave(['start', '--port', '0'], { env: { ADMIN_KEY: key, ROLES: 'api' } })
  const [, url = ''] = await server.printed(/^Newsweave is ready at (\S+)/m)
  address = url
})

/** On a connection of its own, as a balancer asks. */
function probe(): Promise<number> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    request(`${address}/healthz`, { agent: false }, (answer) => {
      answer
        .resume()
        .on('end', () =>
          answer.statusCode === 200
            ? resolve(performance.now() - begun)
            : reject(new Error(`${answer.statusCode}`)),
        )
    })
      .on('error', reject)
      .end()
  })
}

async function p99OfProbe(forMs: number): Promise<{ p99: number; probes: number }> {
  const times: number[] = []
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    times.push(await probe())
    await sleep(probeEveryMs)
  }
  times.sort((a, b) => a - b)
  return { p99: times[Math.floor(times.length * 0.99)] as number, probes: times.length }
}

function memoryMb(): number {
  const [, kilobytes = '0'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** Written down either way: a figure that misses its goal fails the run, and says so where it is read. */
const told = (value: number, atMost: number, unit: string) =>
  `goal ${atMost} ${unit}: ${value < atMost ? 'reached' : 'NOT REACHED'}`

async function tally(program: Program): Promise<Record<string, number>> {
  program.process.kill('SIGTERM')
  await program.ended
  return JSON.parse(program.output().trim().split('\n').at(-1) ?? '{}').statuses
}

it.each(attacks)(
  '%s do not keep the health of the process from being told',
  async (kind, many, allowed) => {
    const count = String(long ? many.long : many.short)
    const program = runProgram(attacker, [kind, address, key, count])
    await program.printed('attacking')
    await sleep(500)
    const { p99, probes } = await p99OfProbe(seconds * 1000)
    const memory = memoryMb()
    const statuses = await tally(program)
    recordFigure('Hostile clients', {
      promise: `The health probe answers under ${kind}, ${count} at a time`,
      figure: `p99 ${Math.round(p99)} ms of ${probes} (${told(p99, p99AtMostMs, 'ms')}); ${Math.round(memory)} MB (${told(memory, memoryAtMostMb, 'MB')}); answers ${
        Object.entries(statuses)
          .map(([status, times]) => `${status} × ${times}`)
          .join(', ') || 'none'
      }`,
      command: 'npm run test:abuse',
    })
    expect(Object.keys(statuses).filter((status) => !allowed.includes(status))).toEqual([])
    expect(p99).toBeLessThan(p99AtMostMs)
    expect(memory).toBeLessThan(memoryAtMostMb)
    await expect
      .poll(async () => (await fetch(`${address}/v1/articles?limit=1`)).status, { timeout: 10_000 })
      .toBe(200)
    expect(server.stderr()).not.toMatch(/"level":"?(50|60|error|fatal)/)
  },
  60_000 + seconds * 2000,
)
