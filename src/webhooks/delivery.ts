import { z } from 'zod'
import { changeTypes } from '../changes/change.ts'
import { time } from '../http/parameters.ts'

export const deliveryStates = ['pending', 'delivered', 'failed'] as const
export const deliveryCauses = ['change', 'replay'] as const
/** So many changes are replayed at one request. */
export const maxReplayed = 100_000

const attemptExample = {
  at: '2026-11-23T06:08:00.400Z',
  status: 200,
  durationMs: 84,
  error: null,
  answer: 'ok',
}

/** One request to a receiver, and what came back. */
export const Attempt = z
  .object({
    at: time.describe('When it began.'),
    status: z.int().nullable().describe('Null where no answer came.'),
    durationMs: z.int(),
    error: z.string().nullable().describe('Why it counts as failed; null where it was delivered.'),
    answer: z.string().nullable().describe('The beginning of what the receiver answered.'),
  })
  .meta({
    id: 'DeliveryAttempt',
    description: 'One request to a receiver, and what came back.',
    example: attemptExample,
  })
export type Attempt = z.infer<typeof Attempt>

const example = {
  id: '019ab2c4-9b20-7a11-9c2d-4f1e6b8a2c70',
  webhookId: '019ab2c4-9a10-7c31-8b4d-5e2f7a1c3d60',
  messageId: 'msg_12_mibzrfk0',
  cause: 'change' as const,
  seq: 12,
  type: 'article.published' as const,
  resource: { type: 'article', id: '019ab3e4-7c1d-7e52-9a56-0d6f5d2c8b11' },
  revision: 1,
  state: 'delivered' as const,
  attemptCount: 1,
  attempts: [attemptExample],
  createdAt: '2026-11-23T06:08:00.200Z',
  nextAttemptAt: null,
  endedAt: '2026-11-23T06:08:00.484Z',
}

/** One change for one webhook. */
export const Delivery = z
  .object({
    id: z.string(),
    webhookId: z.string(),
    messageId: z
      .string()
      .describe('Sent as `webhook-id`: the same for a change however often it is sent, also by a replay.'),
    cause: z.enum(deliveryCauses).describe('The change happened, or a stretch of the log is replayed.'),
    seq: z.int().describe('The place of the change in the log.'),
    type: z.enum(changeTypes),
    resource: z.object({ type: z.string(), id: z.string() }),
    revision: z.int().nullable(),
    state: z.enum(deliveryStates).describe('`failed`: all attempts did, and no more are made.'),
    attemptCount: z.int(),
    attempts: z.array(Attempt).describe('The last 20, the first of them first.'),
    createdAt: time,
    nextAttemptAt: time.nullable().describe('Not before this; null where none is to be made.'),
    endedAt: time.nullable(),
  })
  .meta({ id: 'Delivery', description: 'One change for one webhook, and how telling of it went.', example })
export type Delivery = z.infer<typeof Delivery>

export const NewReplay = z
  .strictObject({
    fromSeq: z.int().min(1).describe('The first change to be told of.'),
    toSeq: z.int().min(1).describe(`The last one: at most ${maxReplayed} changes at once.`),
  })
  .meta({ id: 'NewReplay', example: { fromSeq: 1, toSeq: 500 } })
export type NewReplay = z.infer<typeof NewReplay>

/** A stretch of the log that is told of once more. */
export const Replay = z
  .object({ id: z.string(), webhookId: z.string(), fromSeq: z.int(), toSeq: z.int(), createdAt: time })
  .meta({
    id: 'Replay',
    description: 'A stretch of the log that is told of once more.',
    example: {
      id: '019ab2c4-9c30-7b21-8d3e-5a2f7c9b3d80',
      webhookId: example.webhookId,
      fromSeq: 1,
      toSeq: 500,
      createdAt: '2026-11-23T06:08:00.000Z',
    },
  })
export type Replay = z.infer<typeof Replay>

export const Ping = z
  .object({
    messageId: z.string(),
    delivered: z.boolean().describe('Whether the receiver answered with a status of 200 to 299.'),
    attempt: Attempt,
  })
  .meta({
    id: 'Ping',
    description: 'What a receiver made of a test.',
    example: {
      messageId: 'ping_019ab2c4-9d40-7c31-9e4f-6b3a8d0c4e90',
      delivered: true,
      attempt: attemptExample,
    },
  })
export type Ping = z.infer<typeof Ping>
