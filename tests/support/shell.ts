import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { atEnd } from './cleanup.ts'
import { environment } from './environment.ts'

export type Shell = {
  /** What it printed on stdout; throws where it fails. What it leaves running with `&` ends with the test. */
  run(command: string): Promise<string>
  /** Sets a variable for all commands that follow. */
  set(variable: string, value: string): void
}

/** A terminal in a folder: what a command sets, the next one has. */
export function openShell(folder: string, env: Record<string, string>): Shell {
  const kept = join(folder, '.variables')
  const [out, err] = [join(folder, '.stdout'), join(folder, '.stderr')]

  async function run(command: string): Promise<string> {
    const outputs = [openSync(out, 'w'), openSync(err, 'w')] as const
    const before = existsSync(kept) ? `. ${kept}\n` : ''
    const script = `${before}set -a\ntrap 'export -p > ${kept}' EXIT\n${command}`
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      env: environment(env),
      stdio: ['ignore', ...outputs],
      // A group of its own, which also has what it leaves running.
      detached: true,
    })
    atEnd(() => endGroup(child.pid as number))
    const [code] = await once(child, 'exit')
    for (const output of outputs) closeSync(output)
    if (code !== 0) throw new Error(`It ended with ${code}:\n${command}\n${readFileSync(err, 'utf8')}`)
    return readFileSync(out, 'utf8')
  }

  return {
    run,
    set(variable, value) {
      const before = existsSync(kept) ? readFileSync(kept, 'utf8') : ''
      writeFileSync(kept, `${before}export ${variable}='${value.replaceAll("'", "'\\''")}'\n`)
    },
  }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nothing of it runs any more.
  }
}
