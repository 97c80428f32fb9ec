import { parentPort, workerData } from 'node:worker_threads'
import { moveLog, openForMaintenance } from '../../database/sqlite-maintenance.ts'
import { mergeTerms } from '../../text-index/sqlite-merging.ts'
import type { Done, Pace, Work } from './maintenance.ts'

const { file, pace } = workerData as { file: string; pace: Pace }
const connection = openForMaintenance(file)
let nextMergeMs = pace.firstMs

/** Answers whether there was anything to do. */
function slice(work: Work, act: () => boolean): boolean {
  const begunMs = performance.now()
  try {
    const wasDue = act()
    if (wasDue) say({ work, seconds: (performance.now() - begunMs) / 1000 })
    return wasDue
  } catch (error) {
    say({ work, error: String(error) })
    return false
  }
}

const say = (done: Done) => parentPort?.postMessage(done)

function turn(): void {
  slice('log', () => moveLog(connection))
  const nowMs = performance.now()
  if (nowMs < nextMergeMs) return
  const isMore = slice('index', () => mergeTerms(connection))
  nextMergeMs = nowMs + (isMore ? pace.sliceMs : pace.mergeMs)
}

const timer = setInterval(turn, pace.lookMs)
parentPort?.once('message', () => {
  clearInterval(timer)
  connection.close()
  parentPort?.close()
})
