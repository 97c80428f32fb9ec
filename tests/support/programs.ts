import { spawnSync } from 'node:child_process'

/** A program that npm does not bring. Its absence is told, and is a failure where `REQUIRE_PROGRAMS` says so, as in CI. */
export function hasProgram(name: string, packageName = name): boolean {
  const found = spawnSync(name, ['--version']).error === undefined
  if (found) return true
  const message = `${name} is not installed (Debian: apt-get install ${packageName})`
  if (process.env.REQUIRE_PROGRAMS) throw new Error(message)
  console.warn(`Skipped: ${message}.`)
  return false
}
