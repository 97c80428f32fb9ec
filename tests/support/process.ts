import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { atEnd } from './cleanup.ts'

export type Program = {
  process: ChildProcess
  /** All it has printed so far. */
  output(): string
  /** Waits until it has printed this; throws where it ends without. */
  printed(text: string): Promise<void>
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
}

/** Runs a TypeScript file in a process of its own, which ends with the test at the latest. */
export function runProgram(file: URL, args: string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, [file.pathname, ...args], { env: { ...process.env, ...env } })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code)
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    process: child,
    output: () => output,
    async printed(text) {
      while (!output.includes(text)) {
        const over = await Promise.race([
          once(child.stdout, 'data').then(() => false),
          ended.then(() => true),
        ])
        if (over && !output.includes(text)) throw new Error(`It ended without printing "${text}":\n${output}`)
      }
    },
    ended,
  }
}
