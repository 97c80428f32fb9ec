import { vi } from 'vitest'
import { explain } from '../../src/main/command.ts'
import { program } from '../../src/main/program.ts'

type Ran = { code: number; out: string; err: string }

/** Runs a command in this process, on this database. */
export async function runCommand(url: string, ...args: string[]): Promise<Ran> {
  const printed = { out: '', err: '' }
  const log = vi.spyOn(console, 'log').mockImplementation((text) => {
    printed.out += `${text}\n`
  })
  const error = vi.spyOn(console, 'error').mockImplementation((text) => {
    printed.err += `${text}\n`
  })
  vi.stubEnv('DATABASE_URL', url)
  let code = 0
  try {
    await program().parseAsync(args, { from: 'user' })
    code = Number(process.exitCode ?? 0)
  } catch (thrown) {
    const explained = explain(thrown)
    printed.err += explained.message
    code = explained.code
  } finally {
    process.exitCode = undefined
    vi.unstubAllEnvs()
    log.mockRestore()
    error.mockRestore()
  }
  return { code, ...printed }
}
