import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/database/migrate.ts'
import { openDatabase } from '../../src/database/open.ts'
import { scratchFolder } from './scratch.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A file with the whole schema and nothing else, from which tests make their own. */
    sqliteTemplate: string
  }
}

export default async function makeTemplate(project: TestProject): Promise<() => Promise<void>> {
  const folder = scratchFolder('sqlite')
  // Also where the run is broken off.
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const file = join(folder, 'template.db')
  const database = openDatabase(`file:${file}`)
  await migrate(database)
  await database.close()
  project.provide('sqliteTemplate', file)
  return async () => remove()
}
