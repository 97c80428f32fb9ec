import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { atEnd } from './cleanup.ts'
import { environment } from './environment.ts'
import { scratchFolder } from './scratch.ts'

const cli = fileURLToPath(new URL('../../src/main/cli.js', import.meta.url))

export type Newsweave = {
  process: ChildProcessWithoutNullStreams
  /** What it has printed so far. */
  stdout(): string
  stderr(): string
  /** Waits for this on stdout; throws where it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
}

/** A folder of the test's own to run commands in. */
export function emptyFolder(): string {
  const folder = scratchFolder('command')
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs the command line as a process of its own, with no settings but these. It ends with the test at the latest. */
export function newsweave(
  args: string[],
  { folder = emptyFolder(), env = {} }: { folder?: string; env?: Record<string, string> } = {},
): Newsweave {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: environment(env),
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    printed.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    printed.stderr += chunk
  })
  // A program that has ended reads nothing more.
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code)
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    process: child,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    async printed(pattern) {
      for (;;) {
        const found = pattern.exec(printed.stdout)
        if (found) return found
        const over = await Promise.race([
          once(child.stdout, 'data').then(() => false),
          ended.then(() => true),
        ])
        if (over && !pattern.test(printed.stdout)) {
          throw new Error(`It ended without printing ${pattern}:\n${printed.stdout}${printed.stderr}`)
        }
      }
    },
    ended,
  }
}
