import { z } from 'zod'
import { time } from '../http/parameters.ts'
import { stages } from './item.ts'

export const fetchCauses = ['schedule', 'request', 'push'] as const
export const fetchOutcomes = ['read', 'notModified', 'postponed', 'failed', 'gone'] as const

const outcomes =
  '`read`: the feed was read. `notModified`: it says, or shows, that nothing is new. `postponed`: its host asked to be left alone. `failed`: it could not be fetched or read. `gone`: it ended for good.'

/** One fetch of a feed, as the log keeps it. */
export const FetchRecord = z
  .object({
    id: z.string(),
    at: time.describe('When it began.'),
    cause: z
      .enum(fetchCauses)
      .describe('Its turn came, somebody asked for it, or the feed pushed what is new.'),
    outcome: z.enum(fetchOutcomes).describe(outcomes),
    httpStatus: z.int().nullable().describe('Null where there was no answer.'),
    durationMs: z.int(),
    bytes: z.int().describe('Of the feed, as they were sent.'),
    items: z.int().describe('In the feed.'),
    created: z.int().describe('Articles made of them.'),
    updated: z.int().describe('Articles that they changed.'),
    unchanged: z.int().describe('Items that say what they said before.'),
    dropped: z
      .array(z.object({ stage: z.enum(stages), what: z.string(), why: z.string() }))
      .describe('What each stage left out, and why.'),
    error: z.string().nullable(),
  })
  .meta({
    id: 'FetchRecord',
    description: 'One fetch of a feed: what came of it, and what was left out.',
    example: {
      id: '019ab2c4-5e20-7d02-9c11-6a0f4e7b2d18',
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
      dropped: [{ stage: 'identify', what: 'Item 20', why: 'It has neither an address nor a title.' }],
      error: null,
    },
  })
export type FetchRecord = z.infer<typeof FetchRecord>
