import { createRequire } from 'node:module'
import os from 'node:os'
import Sqlite from 'better-sqlite3'
import { loadTool } from './load.ts'
import { pinned } from './processes.ts'

/** Answers a second, and the CPU time that the server took for one where that is what it works with. */
export type Measure = { rate: number; cpuUs?: number }

/** One row: the measures of each round, ours and those it is held against. `atMost` is a goal for the time taken. */
export type Result = {
  name: string
  ours: Measure[]
  base: Measure[]
  of: string
  goal?: Goal
  /** Ours works in several threads, which takes less time and more of the CPU's: the goal is one of time. */
  threaded?: true
}

/** A figure that is held against nothing but its goal, which is the most that it may be. */
export type Finding = { name: string; value: number; unit: string; goal?: number }

export type Goal = { atLeast: number } | { atMost: number }

const widths = [38, 14, 40, 18, 18, 8, 0]
export const heading = [
  'row',
  'ours a second',
  'held against, a second',
  'ratio (low–high)',
  'by CPU time',
  'goal',
  '',
]

/** What this part of the times does not take longer than; the quickest come first. */
export const partOf = (times: number[], part: number) => times[Math.floor(part * times.length)] as number

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? (sorted[middle] as number) : mean(sorted[middle - 1], sorted[middle])
}

const mean = (a = 0, b = 0) => (a + b) / 2
const whole = (value: number) => Math.round(value).toLocaleString('en')
const short = (value: number) => value.toFixed(2).replace(/^0/, '')

const rateOf = ({ rate }: Measure) => rate
const timeOf = ({ rate }: Measure) => 1 / rate
const cpuOf = ({ cpuUs = 0 }: Measure) => cpuUs

export function cells({ name, ours, base, of, goal, threaded }: Result): string[] {
  // Of time a smaller ratio is better, of answers a second a larger one.
  const ofTime = goal !== undefined && 'atMost' in goal
  const ratios = ratiosOf(ours, base, ofTime ? timeOf : rateOf)
  const inOrder = ofTime ? ([ours, base] as const) : ([base, ours] as const)
  const byCpu = ours[0]?.cpuUs ? ratiosOf(...inOrder, cpuOf) : []
  return [
    name,
    whole(median(ours.map(rateOf))),
    `${of}: ${whole(median(base.map(rateOf)))}`,
    withNoise(ratios),
    byCpu.length > 0 ? withNoise(byCpu) : '',
    ...(goal
      ? verdict(goal, median(ratios), byCpu.length > 0 && !threaded ? median(byCpu) : undefined)
      : ['', '']),
  ]
}

/** Where the clock and the CPU time do not agree, something else was running, and nothing is said. */
function verdict(goal: Goal, byClock: number, byCpu: number | undefined): [string, string] {
  const meets = (ratio: number) => ('atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast)
  const bound = 'atMost' in goal ? `<= ${short(goal.atMost)}` : `>= ${short(goal.atLeast)}`
  if (byCpu !== undefined && meets(byClock) !== meets(byCpu)) return [bound, 'unclear']
  return [bound, meets(byClock) ? 'reached' : 'not reached']
}

/** Within each round, in which both sides met the same machine. */
function ratiosOf(these: Measure[], those: Measure[], of: (measure: Measure) => number): number[] {
  return these.map((measure, round) => of(measure) / of(those[round] as Measure))
}

const withNoise = (ratios: number[]) =>
  `${short(median(ratios))} (${short(Math.min(...ratios))}–${short(Math.max(...ratios))})`

/** Where a result stands between bare and nothing, for the chart: its ratio, what is asked, and whether that is reached. */
export function standing({ ours, base, goal }: Result): { ratio: number; low: number; high: number } {
  const ofTime = goal !== undefined && 'atMost' in goal
  const ratios = ratiosOf(ours, base, ofTime ? timeOf : rateOf)
  return { ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) }
}

const line = (texts: string[]) => texts.map((text, index) => text.padEnd(widths[index] as number)).join(' ')

export function printHeading(title: string) {
  console.log(`\n${title}\n${line(heading)}`)
}

export function printRow(row: Result | Finding) {
  console.log('ours' in row ? line(cells(row)).trimEnd() : findingLine(row))
}

export function findingLine({ name, value, unit, goal }: Finding): string {
  const figure = `${name}: ${value.toFixed(2)} ${unit}`
  return goal === undefined
    ? figure
    : `${figure} (goal ${goal} ${unit}: ${value <= goal ? 'reached' : 'not reached'})`
}

/** What the figures hold for. */
export function conditions({ seconds, rounds }: { seconds: number; rounds: number }): string[] {
  const { version: fastify } = createRequire(import.meta.url)('fastify/package.json')
  const { version: driver } = createRequire(import.meta.url)('better-sqlite3/package.json')
  const memory = Sqlite(':memory:')
  const sqlite = memory.prepare('select sqlite_version()').pluck().get()
  memory.close()
  const slowly =
    loadTool === 'wrk'
      ? ''
      : ', which is slower than wrk: what it cannot ask for is not seen, and ratios flatter'
  return [
    `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release().split('-')[0]}`,
    `Node ${process.versions.node}, fastify ${fastify}, better-sqlite3 ${driver}, SQLite ${sqlite}`,
    `Load by ${loadTool}${slowly}; 32 connections where no other number is named`,
    pinned
      ? 'Servers on one core, clients on the other; imports, which have a thread of their own, on both'
      : 'Servers and clients placed by the system: no taskset here, or no second core',
    `${rounds} rounds of ${seconds} s each, the sides in turn; medians, and the lowest and highest of the rounds`,
    `Load of the machine before the run: ${os.loadavg()[0]?.toFixed(1)}; beside other work neither ratio means much, and those by CPU time more; where the two disagree about a goal it is unclear`,
  ]
}

export type Section = {
  title: string
  results: Result[]
  findings: Finding[]
  notes: string[]
  /** When it was measured, and how busy the machine was before. */
  at: string
  load: number
}
