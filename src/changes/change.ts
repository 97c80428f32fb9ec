import { z } from 'zod'
import { time } from '../http/parameters.ts'

/** Everything that the log tells of. The part before the dot is the type of the resource. */
export const changeTypes = [
  'article.drafted',
  'article.published',
  'article.revised',
  'article.withdrawn',
  'article.restored',
  'article.matched',
  'article.deleted',
  'tag.created',
  'tag.updated',
  'tag.merged',
  'tag.deleted',
  'link.created',
  'link.updated',
  'link.deleted',
  'story.created',
  'story.updated',
  'story.merged',
  'source.created',
  'source.updated',
  'source.deleted',
] as const

export type ChangeType = (typeof changeTypes)[number]

export const Change = z
  .object({
    seq: z
      .int()
      .describe('The place in the log: 1, 2, 3 and so on, without gaps, in the order of the commits.'),
    at: time.describe('When the write began.'),
    type: z.enum(changeTypes),
    resource: z.object({
      type: z.string().describe('The part of `type` before the dot.'),
      id: z.string().describe('Its id, or the slug of a tag.'),
    }),
    revision: z
      .int()
      .nullable()
      .describe('The revision of the article that this made; null where the resource has no revisions.'),
  })
  .meta({
    id: 'Change',
    description:
      'One entry of the log: what happened to which resource. Read the resource for how it is now.',
    example: {
      seq: 12,
      at: '2026-11-23T06:08:00.000Z',
      type: 'article.published',
      resource: { type: 'article', id: '019ab3e4-7c1d-7e52-9a56-0d6f5d2c8b11' },
      revision: 1,
    },
  })

export type Change = z.infer<typeof Change>
