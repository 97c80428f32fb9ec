import { mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const enoughBytes = 4 * 1024 ** 3

/** A fresh folder: in memory where there is plenty, since every commit of SQLite waits for the disk; `TMPDIR` wins. */
export function scratchFolder(name: string): string {
  const parent = !process.env.TMPDIR && freeBytes(memory) > enoughBytes ? memory : tmpdir()
  return mkdtempSync(join(parent, `newsweave-${name}-`))
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}
