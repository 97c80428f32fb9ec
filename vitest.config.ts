import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Sockets by the hundred, beside which no other test should run.
    exclude: process.env.ABUSE ? [] : ['tests/abuse/**'],
    globalSetup: ['tests/support/postgres.ts', 'tests/support/sqlite.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
})
