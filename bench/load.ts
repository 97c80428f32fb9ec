import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { clientCore, commandOn } from './processes.ts'

const run = promisify(execFile)
const autocannon = new URL('../node_modules/autocannon/autocannon.js', import.meta.url).pathname
const createScript = new URL('create.lua', import.meta.url).pathname

/** A client that is slower than the server hides what the server costs, so `wrk` is taken where there is one. */
export const loadTool = spawnSync('wrk', ['-v']).error ? 'autocannon' : 'wrk'

export type Load = {
  url: string
  connections: number
  seconds: number
  headers?: Record<string, string>
  /** POSTs the lines of this file in turn, each with an id of its own in the place for it. */
  bodiesFile?: string
  /** One of those lines, for the tool that sends a single one. */
  body?: string
}

/** Answers a second over so many connections kept open. Throws where an answer is none of success. */
export async function answersASecond(load: Load): Promise<number> {
  const rate = await (loadTool === 'wrk' ? byWrk(load) : byAutocannon(load))
  // No answer came in time: it takes longer.
  if (rate > 0 || load.seconds >= longestSeconds) return rate
  return answersASecond({ ...load, seconds: load.seconds * 5 })
}

const longestSeconds = 25

async function byWrk({ url, connections, seconds, headers = {}, bodiesFile }: Load): Promise<number> {
  const args = ['-t1', '--timeout', '30s', `-c${connections}`, `-d${seconds}s`, ...headerArguments(headers)]
  if (bodiesFile) args.push('-s', createScript, url, '--', bodiesFile, `${Date.now()}`)
  else args.push(url)
  const { stdout } = await run(...commandOn(clientCore, 'wrk', args))
  const rate = stdout.match(/Requests\/sec:\s+([\d.]+)/)?.[1]
  if (!rate || /Non-2xx or 3xx|Socket errors/.test(stdout)) throw new Error(`wrk ${url}\n${stdout}`)
  return Number(rate)
}

async function byAutocannon({ url, connections, seconds, headers = {}, body }: Load): Promise<number> {
  const args = [autocannon, '--json', '-c', `${connections}`, '-d', `${seconds}`, ...headerArguments(headers)]
  if (body) args.push('-m', 'POST', '-I', '-b', body)
  const { stdout } = await run(...commandOn(clientCore, process.execPath, [...args, url]))
  const result = JSON.parse(stdout)
  if (result['4xx'] + result['5xx'] + result.errors > 0) throw new Error(`autocannon ${url}\n${stdout}`)
  return (result['2xx'] + result['3xx']) / result.duration
}

const headerArguments = (headers: Record<string, string>) =>
  Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])

/** Measures each in turn, round after round, so that what else the machine does hurts all alike. */
export async function interleaved<Measure>(
  runs: (() => Promise<Measure>)[],
  rounds: number,
): Promise<Measure[][]> {
  const rates: Measure[][] = runs.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, run] of runs.entries()) rates[index]?.push(await run())
  }
  return rates
}
