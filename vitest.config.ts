import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Those that need a process of their own: they watch its memory or how long it is held, or stand in for a module. */
const apart = [
  'tests/articles/bulk-encodings.test.ts',
  'tests/ingestion/hostile.test.ts',
  'tests/outbound/limits.test.ts',
  'tests/partners/authentication.test.ts',
]

/** Those that mostly wait, for limits of many seconds. They begin first, so that none is left over at the end. */
const waiting = [
  'tests/ingestion/workers.test.ts',
  'tests/webhooks/isolation.test.ts',
  'tests/webhooks/killed.test.ts',
  'tests/webhooks/owning.test.ts',
]
const alone = [...apart, ...waiting]

const leftOut = [
  // Sockets by the hundred, beside which no other test should run.
  ...(process.env.ABUSE ? [] : ['tests/abuse/**']),
  // Servers and partners that are killed, for minutes.
  ...(process.env.PARTNERS ? [] : ['tests/partners-sync/**']),
]

/** What every file of tests runs with. */
export const usual = {
  env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
  setupFiles: ['tests/support/setup.ts'],
  pool: 'forks' as const,
  // One more than the cores of most machines that run this, since many tests wait.
  maxWorkers: 3,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 10_000 } },
}

export default defineConfig({
  test: {
    globalSetup: ['tests/support/postgres.ts', 'tests/support/sqlite.ts'],
    projects: [
      { test: { ...usual, name: 'alone', include: alone, exclude: leftOut } },
      {
        test: {
          ...usual,
          name: 'together',
          include: ['tests/**/*.test.ts'],
          exclude: [...leftOut, ...alone],
          // Loading the program anew for each file takes longer than most of them do.
          isolate: false,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
})
