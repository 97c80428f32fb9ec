import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [
      // Sockets by the hundred, beside which no other test should run.
      ...(process.env.ABUSE ? [] : ['tests/abuse/**']),
      // Servers and partners that are killed, for minutes.
      ...(process.env.PARTNERS ? [] : ['tests/partners-sync/**']),
    ],
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
