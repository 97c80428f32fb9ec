import { z } from 'zod'
import { changeTypes } from '../changes/change.ts'
import { language, line, slug, time, webUrl } from '../http/parameters.ts'

export const webhookStates = ['active', 'paused', 'disabled'] as const

const daySeconds = 24 * 60 * 60
const maxOverlapSeconds = 7 * daySeconds
const maxQueryLength = 1000

const example = {
  id: '019ab2c4-9a10-7c31-8b4d-5e2f7a1c3d60',
  partnerId: '019ab2c4-6f00-7b21-9c4d-3a8e7f1b2d50',
  url: 'https://lighthouse.example/hooks/newsweave',
  description: 'The desk for chips',
  types: ['article.published' as const, 'article.revised' as const, 'article.withdrawn' as const],
  query: { q: 'chips OR 芯片', tagsNone: ['rumours'], language: ['en', 'zh'] },
  state: 'active' as const,
  stateReason: null,
  stateSince: '2026-11-23T06:08:00.000Z',
  disabledAtSeq: null,
  health: {
    lastSuccessAt: '2026-11-23T06:20:00.000Z',
    lastFailureAt: null,
    lastError: null,
    failingSince: null,
    pendingCount: 0,
  },
  replays: [],
  createdAt: '2026-11-23T06:08:00.000Z',
  updatedAt: '2026-11-23T06:08:00.000Z',
}

const slugs = z.array(slug).min(1).max(20)
const ids = z.array(line(100)).min(1).max(20)
const languages = z.array(language).min(1).max(20)

const filters = {
  q: z.string().min(1).max(maxQueryLength).describe('As `q` on the list of articles.'),
  expand: z.boolean().describe('Finds names and terms of `q` under their other names, too.'),
  tagsAll: slugs.describe('Carries all of these tags, or tags below them.'),
  tagsAny: slugs.describe('Carries at least one of these tags, or of tags below them.'),
  tagsNone: slugs.describe('Carries none of these tags, nor of tags below them.'),
  source: ids.describe('Is of one of these sources.'),
  sourceNone: ids.describe('Is of none of these sources.'),
  language: languages.describe('Is in one of these languages.'),
  languageNone: languages.describe('Is in none of these languages.'),
  author: line(200).describe('Was written or translated by this person.'),
}

/** Which articles a webhook is about: filters of the list of articles, under the same names. */
export const WebhookQuery = z
  .strictObject(filters)
  .partial()
  .refine((query) => Object.keys(query).length > 0, 'Expected one filter at least; null stands for all.')
  .refine(
    ({ q, expand }) => q !== undefined || expand === undefined,
    'There is nothing to expand without `q`.',
  )
  .meta({
    id: 'WebhookQuery',
    description: 'Which articles a webhook is about: filters of the list of articles, under the same names.',
    example: example.query,
  })
export type WebhookQuery = z.infer<typeof WebhookQuery>

const about = {
  description: 'What it is for.',
  types: 'The types of change that it is told of; null for all.',
  query:
    'It is told of an article that this finds, and of one that it was told of before, whatever became of that: it left the query, was withdrawn, or deleted. With a query other changes than those of articles are told only where `types` names them. Null for no query.',
}

/** How deliveries went lately. */
const WebhookHealth = z
  .object({
    lastSuccessAt: time.nullable(),
    lastFailureAt: time.nullable(),
    lastError: z.string().nullable().describe('Why the last attempt that failed did.'),
    failingSince: time.nullable().describe('When the first attempt failed since the last success.'),
    pendingCount: z.int().describe('Deliveries that are still to be made; counted up to 1000.'),
  })
  .meta({ id: 'WebhookHealth', description: 'How deliveries went lately.', example: example.health })

const ReplayUnderWay = z.object({ fromSeq: z.int(), nextSeq: z.int(), toSeq: z.int() })

/** Whom to tell of changes, of which, and how that goes. */
export const Webhook = z
  .object({
    id: z.string(),
    partnerId: z
      .string()
      .nullable()
      .describe('Whose it is; null where the key that made it is of no partner.'),
    url: z.string().describe('Where deliveries are sent.'),
    description: z.string().nullable().describe(about.description),
    types: z.array(z.enum(changeTypes)).nullable().describe(about.types),
    query: WebhookQuery.nullable().describe(about.query),
    state: z
      .enum(webhookStates)
      .describe(
        '`paused`: deliveries are gathered and not sent. `disabled`: the receiver was gone or failed for days; nothing is sent or gathered until it is set to `active`.',
      ),
    stateReason: z.string().nullable().describe('Why it was disabled.'),
    stateSince: time,
    disabledAtSeq: z
      .int()
      .nullable()
      .describe('The last change that was gathered before it was disabled: a replay may begin behind it.'),
    health: WebhookHealth,
    replays: z.array(ReplayUnderWay).describe('Replays of the log that are under way.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Webhook', description: 'Whom to tell of changes, of which, and how that goes.', example })
export type Webhook = z.infer<typeof Webhook>

const secret = 'whsec_shown-only-in-this-answer'

export const WebhookWithSecret = Webhook.extend({
  secret: z
    .string()
    .nullable()
    .describe('What deliveries are signed with, shown this once. Null where the request was repeated.'),
}).meta({
  id: 'WebhookWithSecret',
  description: 'A webhook with its new secret, which is shown only here.',
  example: { ...example, secret },
})
export type WebhookWithSecret = z.infer<typeof WebhookWithSecret>

const types = z
  .array(z.enum(changeTypes))
  .min(1)
  .max(changeTypes.length)
  .overwrite((list) => [...new Set(list)])
  .nullish()
  .describe(about.types)
const settable = z
  .enum(['active', 'paused'])
  .optional()
  .describe('`paused`: deliveries are gathered and not sent.')

export const NewWebhook = z
  .strictObject({
    url: webUrl.describe('Where deliveries are sent.'),
    description: line(500).nullish().describe(about.description),
    types,
    query: WebhookQuery.nullish().describe(about.query),
    state: settable,
  })
  .meta({
    id: 'NewWebhook',
    example: {
      url: example.url,
      description: example.description,
      types: example.types,
      query: example.query,
    },
  })
export type NewWebhook = z.infer<typeof NewWebhook>

const nullishFilters = z.strictObject({
  q: filters.q.nullish(),
  expand: filters.expand.nullish(),
  tagsAll: filters.tagsAll.nullish(),
  tagsAny: filters.tagsAny.nullish(),
  tagsNone: filters.tagsNone.nullish(),
  source: filters.source.nullish(),
  sourceNone: filters.sourceNone.nullish(),
  language: filters.language.nullish(),
  languageNone: filters.languageNone.nullish(),
  author: filters.author.nullish(),
})

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const WebhookPatch = z
  .strictObject({
    url: webUrl.optional().describe('Where deliveries are sent from now on, those that wait included.'),
    description: line(500).nullish().describe(about.description),
    types,
    query: nullishFilters.nullish().describe(about.query),
    state: settable.describe(
      '`active` also lets a webhook begin anew that was disabled: what was pending then goes out.',
    ),
  })
  .meta({ id: 'WebhookPatch', example: { state: 'paused' } })
export type WebhookPatch = z.infer<typeof WebhookPatch>

export const SecretRotation = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(maxOverlapSeconds)
      .default(daySeconds)
      .describe('How long deliveries are signed with the former secret, too: a day without it, 7 at most.'),
  })
  // Nothing has to be said, so the body may be left out.
  .prefault({})
  .meta({ id: 'SecretRotation', example: { overlapSeconds: 3600 } })
export type SecretRotation = z.infer<typeof SecretRotation>
