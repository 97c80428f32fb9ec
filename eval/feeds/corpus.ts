import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const folder = join(
  resolve(process.env.NEWSWEAVE_SHARED_DATA ?? join(import.meta.dirname, '../../../shared/data')),
  'feeds',
)

export type SavedFile = { name: string; bytes: Buffer }

/** The files below a folder of the real feeds, which are kept beside the repository and not in it. */
export function feedFiles(below: string): SavedFile[] {
  const root = join(folder, below)
  if (!existsSync(root))
    throw new Error(`There is no ${root}: name the folder of the real data in NEWSWEAVE_SHARED_DATA.`)
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'LICENSE')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: relative(folder, path), bytes: readFileSync(path) }))
}
