import type { recordFetch } from '../../src/ingestion/fetch-log.ts'

type Fetched = Parameters<typeof recordFetch>[1]

/** A fetch that went well, for the log. */
export const fetchOf = (sourceId: string, members: Partial<Fetched> = {}): Fetched => ({
  sourceId,
  at: '2026-11-23T06:00:00.000Z',
  cause: 'schedule',
  outcome: 'read',
  httpStatus: 200,
  durationMs: 412,
  bytes: 48_211,
  items: 20,
  created: 2,
  updated: 1,
  unchanged: 16,
  dropped: [{ stage: 'identify', what: 'Item 20', why: 'It has no address.' }],
  error: null,
  ...members,
})
