import { z } from 'zod'
import { language, line, time, webUrl } from '../http/parameters.ts'

export const sourceStates = ['active', 'paused', 'failing', 'gone'] as const
export const feedFormats = ['rss', 'atom', 'rdf', 'json'] as const

const placeholders = ['source', 'title', 'url', 'author']

const states =
  '`active`, or `paused` by an editor; fetching makes it `failing` while its feed cannot be read, and `gone` once the feed says so.'

const example = {
  id: '019ab2c4-5a10-7c44-8d0b-2f6e8a1b3c5d',
  name: 'Lighthouse Daily',
  homeUrl: 'https://lighthouse.example/',
  feedUrl: 'https://lighthouse.example/feed.xml',
  format: 'rss' as const,
  language: 'en',
  attributionTemplate: '{author}, {source}: {url}',
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
    state: z.enum(sourceStates).describe(states),
    health: z
      .object({
        lastFetchAt: time.nullable(),
        lastSuccessAt: time.nullable(),
        consecutiveFailures: z.int(),
        lastError: z.string().nullable(),
        nextFetchAt: time.nullable(),
        httpStatus: z.int().nullable().describe('What the feed last answered.'),
      })
      .describe('How fetching its feed goes.'),
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
      'The credit of its articles, with {source}, {title}, {url} and {author} filled in. Without it: the name of the source.',
    example: '{author}, {source}: {url}',
  })

const members = {
  name: line(200),
  homeUrl: webUrl,
  feedUrl: webUrl.nullish().describe('Its RSS, Atom or JSON feed. A feed belongs to one source.'),
  language: language.nullish().describe('What it publishes in, as BCP 47.'),
  attributionTemplate: attributionTemplate.nullish(),
  state: z.enum(['active', 'paused']).optional().describe('A paused source is not fetched.'),
}

const { name, homeUrl, feedUrl } = example

export const NewSource = z.strictObject(members).meta({
  id: 'NewSource',
  example: { name, homeUrl, feedUrl, language: 'en', attributionTemplate: example.attributionTemplate },
})
export type NewSource = z.infer<typeof NewSource>

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const SourcePatch = NewSource.partial().meta({ id: 'SourcePatch', example: { state: 'paused' } })
export type SourcePatch = z.infer<typeof SourcePatch>
