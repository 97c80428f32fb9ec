import { defineConfig } from 'vitest/config'
import config from '../../../vitest.config.ts'

/** As for all tests, but with the one that fails alone. */
export default defineConfig({ test: { ...config.test, include: ['tests/support/failing/failing.ts'] } })
