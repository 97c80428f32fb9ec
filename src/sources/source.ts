import { z } from 'zod'
import { language, line, slug, time, webUrl } from '../http/parameters.ts'
import { isTimeZone } from '../shared/time-zone.ts'

export const sourceStates = ['active', 'paused', 'failing', 'gone'] as const
export const feedFormats = ['rss', 'atom', 'rdf', 'json'] as const
export const extractions = ['never', 'whenShort', 'always'] as const

const placeholders = ['source', 'title', 'url', 'author']

const states =
  '`active`, or `paused` by an editor; fetching makes it `failing` while its feed cannot be read, and `gone` once the feed says so.'

const about = {
  extraction:
    'Whether the pages of its articles are read: `never`, `whenShort` where the feed carries only a summary, or `always`.',
  timeZone: 'Of times that its feed writes without a zone: an IANA name or `±HH:MM`. Null means UTC.',
  tags: 'Slugs of tags that all its articles get. One that names no tag at that time is passed over.',
  fetchIntervalMinutes:
    'Minutes between two fetches. Null follows how often the feed has something new, which is best for most.',
}

const example = {
  id: '019ab2c4-5a10-7c44-8d0b-2f6e8a1b3c5d',
  name: 'Lighthouse Daily',
  homeUrl: 'https://lighthouse.example/',
  feedUrl: 'https://lighthouse.example/feed.xml',
  format: 'rss' as const,
  language: 'en',
  attributionTemplate: '{author}, {source}: {url}',
  extraction: 'whenShort' as const,
  timeZone: 'Europe/Berlin',
  tags: ['chips'],
  fetchIntervalMinutes: null,
  state: 'active' as const,
  health: {
    lastFetchAt: '2026-11-23T06:00:00.000Z',
    lastSuccessAt: '2026-11-23T06:00:00.000Z',
    consecutiveFailures: 0,
    lastError: null,
    nextFetchAt: '2026-11-23T06:30:00.000Z',
    httpStatus: 200,
  },
  articleCount: 128,
  createdAt: '2026-11-01T08:00:00.000Z',
  updatedAt: '2026-11-01T08:00:00.000Z',
}

/** How fetching the feed of a source goes. */
export const SourceHealth = z
  .object({
    lastFetchAt: time.nullable(),
    lastSuccessAt: time.nullable(),
    consecutiveFailures: z.int(),
    lastError: z.string().nullable(),
    nextFetchAt: time.nullable().describe('Null where it is not fetched: without a feed, paused, or gone.'),
    httpStatus: z.int().nullable().describe('What the feed last answered.'),
  })
  .meta({ id: 'SourceHealth', description: 'How fetching the feed goes.', example: example.health })
export type SourceHealth = z.infer<typeof SourceHealth>

/** An outlet and its feed. */
export const Source = z
  .object({
    id: z.string(),
    name: z.string(),
    homeUrl: z.string(),
    feedUrl: z.string().nullable(),
    format: z.enum(feedFormats).nullable().describe('Of the feed; null until it was read.'),
    language: z.string().nullable().describe('What it publishes in, as BCP 47.'),
    attributionTemplate: z
      .string()
      .nullable()
      .describe('How its articles are credited where they bring no credit of their own.'),
    extraction: z.enum(extractions).describe(about.extraction),
    timeZone: z.string().nullable().describe(about.timeZone),
    tags: z.array(z.string()).describe(about.tags),
    fetchIntervalMinutes: z.int().nullable().describe(about.fetchIntervalMinutes),
    state: z.enum(sourceStates).describe(states),
    health: SourceHealth,
    articleCount: z.int().describe('Published articles.'),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Source', description: 'An outlet, where its feed is, and how fetching it goes.', example })
export type Source = z.infer<typeof Source>

const attributionTemplate = line(500)
  .superRefine((template, context) => {
    for (const [whole, name = ''] of template.matchAll(/\{([^{}]*)\}/g)) {
      if (placeholders.includes(name)) continue
      const known = placeholders.map((placeholder) => `{${placeholder}}`).join(', ')
      context.addIssue({ code: 'custom', message: `There is no placeholder ${whole}, only ${known}.` })
    }
  })
  .meta({
    description:
      'The credit of its articles, with {source}, {title}, {url} and {author} filled in. Of an article that names no author, what says who wrote it is left out: `{author}, {source}` becomes `{source}`. Without a template: the name of the source.',
    example: '{author}, {source}: {url}',
  })

const timeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, 'Expected an IANA time zone such as Asia/Shanghai, or an offset such as +08:00.')
  .meta({ description: about.timeZone, example: 'Asia/Shanghai' })

const members = {
  name: line(200),
  homeUrl: webUrl,
  feedUrl: webUrl.nullish().describe('Its RSS, Atom or JSON feed. A feed belongs to one source.'),
  language: language.nullish().describe('What it publishes in, as BCP 47.'),
  attributionTemplate: attributionTemplate.nullish(),
  extraction: z.enum(extractions).optional().describe(`${about.extraction} Without it: \`whenShort\`.`),
  timeZone: timeZone.nullish(),
  tags: z.array(slug).max(20).nullish().describe(about.tags),
  fetchIntervalMinutes: z.int().min(5).max(10_080).nullish().describe(about.fetchIntervalMinutes),
  state: z
    .enum(['active', 'paused'])
    .optional()
    .describe(
      'A paused source is not fetched. `active` also brings back one that is failing or gone, at once.',
    ),
}

const { name, homeUrl, feedUrl, timeZone: exampleZone, tags } = example

export const NewSource = z.strictObject(members).meta({
  id: 'NewSource',
  example: {
    name,
    homeUrl,
    feedUrl,
    language: 'en',
    attributionTemplate: example.attributionTemplate,
    timeZone: exampleZone,
    tags,
  },
})
export type NewSource = z.infer<typeof NewSource>

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const SourcePatch = NewSource.partial().meta({ id: 'SourcePatch', example: { state: 'paused' } })
export type SourcePatch = z.infer<typeof SourcePatch>
