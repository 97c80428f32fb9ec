import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'vitest'

const folder = resolve(process.env.NEWSWEAVE_SHARED_DATA ?? join(import.meta.dirname, '../../../shared/data'))

/** The path of a file among the real data that are kept beside the repository, not in it. */
export function sharedData(path: string): string {
  return join(folder, path)
}

/**
 * Tests of real data. Where a file they need is missing they are left out, and the output says so: the data are not ours
 * to ship, and a clone without them still tests everything else.
 */
export function describeWithSharedData(name: string, paths: string[], tests: () => void): void {
  const missing = paths.map(sharedData).filter((path) => !existsSync(path))
  if (missing.length === 0) {
    describe(name, tests)
    return
  }
  console.warn(
    `LEFT OUT: "${name}", for want of ${missing.join(', ')} (NEWSWEAVE_SHARED_DATA names the folder).`,
  )
  // Not as a suite that is skipped: what is in it would still be read, for the names of its tests.
  it.skip(`${name} (left out: no ${paths.join(', ')})`, () => {})
}
