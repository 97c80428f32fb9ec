import { z } from 'zod'
import { Article } from '../articles/article.ts'
import { line, time, webUrl } from '../http/parameters.ts'

export const linkKinds = [
  'related',
  'translation',
  'duplicate',
  'followUp',
  'background',
  'correction',
] as const
export const linkOrigins = ['editorial', 'computed', 'sourcePage'] as const

export type LinkKind = (typeof linkKinds)[number]
export type LinkOrigin = (typeof linkOrigins)[number]

/** What a reader is shown without asking: a page's own list is often padding. */
export const defaultOrigins: readonly LinkOrigin[] = ['editorial', 'computed']

/** Links of one origin that an article may have. */
export const maxLinks = 1000

const kind = z
  .enum(linkKinds)
  .describe('What the target is to the article: `followUp` came after it, `background` before it.')
// Kept to the last blank: what a page lists is replayed verbatim.
const title = z.string().max(1000).regex(/\S/, 'Expected a headline.')
const note = line(2000).nullish().describe("The editor's word on why.")
const position = z.int().min(0).max(9999)

const linkExample = {
  id: '019ab3e4-91f7-7a02-8d4c-5b1e0f7a9c33',
  kind: 'background' as const,
  origin: 'editorial' as const,
  position: 0,
  score: null,
  reasons: [],
  note: 'How the first chip was made.',
  target: { url: 'https://lighthouse.example/chips/heron-1', title: 'Heron 1, a year on' },
  createdAt: '2026-11-23T06:20:00.000Z',
  updatedAt: '2026-11-23T06:20:00.000Z',
}

export const LinkReason = z
  .object({
    type: z
      .string()
      .describe(
        '`name`, `word` or `start` of both titles, `mention` of a name of one title in the other text, `text` of both; `story` or `tag` of both; for ties of texts `declared` or `text`.',
      ),
    value: z.string(),
    weight: z.number().describe('From 0 to 1: how rare what titles share is, or its share of the score.'),
  })
  .meta({ id: 'LinkReason' })
export type LinkReason = z.infer<typeof LinkReason>

export const RelatedLink = z
  .object({
    id: z.string(),
    kind,
    origin: z
      .enum(linkOrigins)
      .describe(
        'Who made it: an editor (`editorial`), this service (`computed`), or the page itself (`sourcePage`).',
      ),
    position: z.int().describe('The place among the links of its origin, from 0.'),
    score: z.number().nullable().describe('From 0 to 1, for computed links; null for others.'),
    reasons: z.array(LinkReason).describe('Why it was computed; empty for others.'),
    note: z.string().nullable(),
    target: z
      .union([
        z.object({ article: Article }),
        z.object({ url: z.string().nullable(), title: z.string().describe('The headline, as it was sent.') }),
      ])
      .describe('An article that is held here, or the address and headline of something else.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({
    id: 'RelatedLink',
    description: 'From an article to another article, or to a headline elsewhere.',
    example: linkExample,
  })
export type RelatedLink = z.infer<typeof RelatedLink>

export const NewRelatedLink = z
  .strictObject({
    kind,
    origin: z
      .enum(['editorial', 'sourcePage'])
      .default('editorial')
      .describe('`sourcePage` for what the page of the article itself lists.'),
    position: position
      .optional()
      .describe(
        'The place among the links of its origin, from 0; at the end without it. Whoever stands there moves one on.',
      ),
    note,
    target: z
      .strictObject({ articleId: z.string().min(1).max(100), url: webUrl, title })
      .partial()
      .describe(
        'Either `articleId`, or `title` with `url`. A link of the origin `sourcePage` may have a `title` alone.',
      ),
  })
  .meta({
    id: 'NewRelatedLink',
    example: { kind: 'background', target: linkExample.target, note: linkExample.note },
  })
export type NewRelatedLink = z.infer<typeof NewRelatedLink>

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const RelatedLinkPatch = z
  .strictObject({
    kind: kind.optional(),
    note,
    position: position.optional().describe('The new place among the links of its origin.'),
    target: z
      .strictObject({ title })
      .optional()
      .describe('The headline of a target that is no article here.'),
  })
  .meta({ id: 'RelatedLinkPatch', example: { kind: 'followUp', note: null } })
export type RelatedLinkPatch = z.infer<typeof RelatedLinkPatch>

export const LinkOrder = z
  .strictObject({
    order: z
      .array(z.string().max(100))
      .max(maxLinks)
      .describe('The ids of all editorial links that the list shows, in their new order.'),
  })
  .meta({ id: 'LinkOrder', example: { order: [linkExample.id] } })
