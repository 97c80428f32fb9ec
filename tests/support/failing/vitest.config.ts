import { defineConfig } from 'vitest/config'
import config, { usual } from '../../../vitest.config.ts'

const { globalSetup } = config.test ?? {}

/** As for all tests, but with the one that fails alone. */
export default defineConfig({
  test: { ...usual, globalSetup, include: ['tests/support/failing/failing.ts'] },
})
