import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const sharedFolder = resolve(
  process.env.NEWSWEAVE_SHARED_DATA ?? join(import.meta.dirname, '../../shared/data'),
)

/** The lines of a file of real data, which is kept beside the repository and not in it. */
export function readLines<Line>(file: string): Line[] {
  const path = join(sharedFolder, 'relevance', file)
  if (!existsSync(path))
    throw new Error(`There is no ${path}: name the folder of the real data in NEWSWEAVE_SHARED_DATA.`)
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}
