import { expect, it } from 'vitest'
import { runProgram } from './support/process.ts'

it('a run with a failing test fails, although it brought up and took down a server', async () => {
  const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url)
  const run = runProgram(vitest, ['run', '--config', 'tests/support/failing/vitest.config.ts'])
  expect(await run.ended, run.output()).toBe(1)
  expect(run.output()).toContain('FAIL')
})
