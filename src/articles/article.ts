import { z } from 'zod'
import { language, line, moment, time, webUrl } from '../http/parameters.ts'

export const articleStates = ['draft', 'published', 'withdrawn'] as const

export const Attribution = z
  .object({
    text: z.string().describe('The credit as it has to be shown.'),
    url: z.string().nullable().describe('Where the credit links to.'),
    rightsHolder: z.string().nullable().describe('Who published first, or owns the text.'),
    licence: z.string().nullable().describe('An SPDX identifier or the name of the licence.'),
    required: z.boolean().describe('Whether the text may be shown only with this credit.'),
  })
  .meta({ id: 'Attribution', description: 'The credit that goes with an article wherever it is shown.' })

export const Author = z
  .object({ name: z.string(), url: z.string().nullable(), role: z.enum(['author', 'translator']) })
  .meta({ id: 'Author' })

export const TranslationOf = z
  .object({
    articleId: z.string().nullable().describe('The original, where we hold it.'),
    url: z.string().nullable().describe('Where the original stands.'),
    language: z.string().nullable(),
    method: z
      .string()
      .describe('How it is known: `declared` by who sent the article, or `computed` from the texts.'),
  })
  .meta({ id: 'TranslationOf' })

const ShownTranslationOf = TranslationOf.extend({
  score: z
    .number()
    .nullable()
    .describe('From 0 to 1: how sure it is where `method` is `computed`; null where it was declared.'),
}).meta({ id: 'ShownTranslationOf' })

export const Body = z
  .object({
    html: z
      .string()
      .describe('Sanitised: no script, style, form, frame or event handler; headings carry anchors.'),
    text: z.string().describe('The same as plain text, a paragraph a line.'),
  })
  .meta({ id: 'Body' })

export const Heading = z
  .object({
    anchor: z.string().describe('The id of the heading in `body.html`.'),
    level: z.int(),
    title: z.string(),
  })
  .meta({ id: 'Heading' })

const articleShape = {
  id: z.string(),
  url: z.string(),
  canonicalUrl: z.string().nullable(),
  title: z.string(),
  summary: z.string().nullable(),
  language: z.string(),
  source: z.object({ id: z.string(), name: z.string(), homeUrl: z.string() }),
  authors: z.array(Author),
  imageUrl: z.string().nullable(),
  publishedAt: time,
  firstSeenAt: time.describe('When it came here.'),
  contentChangedAt: time.describe(
    'When what a reader sees of the article itself last changed, or a draft was published.',
  ),
  updatedAt: time.describe('When anything about it last changed, tags and state included.'),
  wordCount: z.int().describe('Words, and each Han or kana character as one.'),
  readingMinutes: z.int(),
  attribution: Attribution,
  translationOf: ShownTranslationOf.nullable(),
  tags: z.array(z.object({ slug: z.string(), name: z.string() })),
  story: z
    .object({ id: z.string(), articleCount: z.int() })
    .nullable()
    .describe(
      'The event that it tells, where other articles tell it, too. Above 20 the count may be up to a tenth behind.',
    ),
  duplicateOf: z.string().nullable().describe('The article whose text this one republishes.'),
  alsoIn: z
    .array(
      z.object({
        articleId: z.string(),
        source: z.object({ id: z.string(), name: z.string(), homeUrl: z.string() }),
        url: z.string(),
      }),
    )
    .describe('The other articles that have the same text, the earliest first; at most 50.'),
  state: z.enum(articleStates),
  revision: z.int(),
  externalId: z.string().nullable().describe("The source's own identity of the article."),
}

const example = {
  id: '019ab2c4-5d00-7a31-9f2e-4b8c1d6e7f80',
  url: 'https://lighthouse.example/chips/heron-2',
  canonicalUrl: null,
  title: 'Heron 2 leaves the lab',
  summary: 'The second Heron chip needs half the power of the first.',
  language: 'en',
  source: {
    id: '019ab2c4-5a10-7c44-8d0b-2f6e8a1b3c5d',
    name: 'Lighthouse Daily',
    homeUrl: 'https://lighthouse.example/',
  },
  authors: [{ name: 'Mara Quill', url: null, role: 'author' as const }],
  imageUrl: null,
  publishedAt: '2026-11-23T06:08:00.000Z',
  firstSeenAt: '2026-11-23T06:10:12.345Z',
  contentChangedAt: '2026-11-23T06:10:12.345Z',
  updatedAt: '2026-11-23T06:10:12.345Z',
  wordCount: 412,
  readingMinutes: 2,
  attribution: {
    text: 'Lighthouse Daily',
    url: 'https://lighthouse.example/chips/heron-2',
    rightsHolder: 'Lighthouse Daily',
    licence: null,
    required: true,
  },
  translationOf: null,
  tags: [{ slug: 'chips', name: 'Chips' }],
  story: null,
  duplicateOf: null,
  alsoIn: [],
  state: 'published' as const,
  revision: 1,
  externalId: 'heron-2',
}
const exampleDetail = {
  ...example,
  body: { html: '<h2 id="power">Power</h2><p>Half a watt.</p>', text: 'Power\nHalf a watt.' },
  toc: [{ anchor: 'power', level: 2, title: 'Power' }],
}

/** One text that one source published at one URL, as lists show it. */
export const Article = z.object(articleShape).meta({ id: 'Article', example })
export type Article = z.infer<typeof Article>

/** The same with its text. */
export const ArticleDetail = z
  .object({ ...articleShape, body: Body, toc: z.array(Heading) })
  .meta({ id: 'ArticleDetail', example: exampleDetail })
export type ArticleDetail = z.infer<typeof ArticleDetail>

const summaryOfView =
  'An article as far as it was asked for: all its members but the text in lists, those named by `fields` otherwise, and its attribution always.'

export const Marked = z
  .object({
    text: z.string().describe('The text, or the piece of it that is shown.'),
    html: z.string().describe('The same, escaped, with `<mark>` around what matches and no other element.'),
    ranges: z
      .array(z.object({ start: z.int(), end: z.int() }))
      .describe(
        'What matches: from `start` to before `end` in `text`, in UTF-16 code units as JavaScript counts.',
      ),
  })
  .meta({ id: 'Marked' })

export const Highlight = z
  .object({
    title: Marked.nullable(),
    summary: Marked.nullable(),
    body: Marked.nullable().describe('The piece of the text that has most of the words.'),
  })
  .meta({ id: 'Highlight', description: 'Where the words of `q` are found; null where they are not.' })

/** What a read answers: `fields` may leave out anything but the attribution. */
export const ArticleView = z
  .object({
    ...partialMembers({ ...articleShape, body: Body, toc: z.array(Heading) }),
    attribution: Attribution,
    highlight: Highlight.optional().describe('Where `highlight` asked for it.'),
  })
  .meta({ id: 'ArticleView', description: summaryOfView, example: exampleDetail })

function partialMembers(shape: Record<string, z.ZodType>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, partial(member).optional()]))
}

function partial(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodNullable) return partial(schema.unwrap() as z.ZodType).nullable()
  if (schema instanceof z.ZodArray) return z.array(partial(schema.element as z.ZodType))
  if (schema instanceof z.ZodObject) return z.object(partialMembers(schema.shape))
  return schema
}

const AttributionInput = z.strictObject({
  text: line(2000),
  url: webUrl.nullish(),
  rightsHolder: line(300).nullish(),
  licence: line(300).nullish(),
  required: z.boolean().optional(),
})

/** Members that a patch may leave out or clear. */
function nullish<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const entries = Object.entries(shape).map(([name, member]) => [name, member.nullish()])
  return Object.fromEntries(entries) as { [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>> }
}

const AuthorInput = z.strictObject({
  name: line(200),
  url: webUrl.nullish(),
  role: z.enum(['author', 'translator']).optional(),
})

const TranslationOfInput = z
  .strictObject({
    articleId: z.string().max(100).optional(),
    url: webUrl.optional(),
    language: language.nullish(),
    method: line(100).optional(),
  })
  .refine((original) => original.articleId || original.url, 'Name the original by its articleId or its url.')

const BodyInput = z
  .union([z.strictObject({ html: z.string() }), z.strictObject({ text: z.string() })], {
    error: 'Expected { html } or { text }.',
  })
  .meta({ description: 'Either `html`, which is sanitised, or `text`, whose blank lines part paragraphs.' })

const optionalContent = {
  canonicalUrl: webUrl
    .nullish()
    .describe("The publisher's own address of this text, perhaps at another site."),
  summary: line(10_000).nullish(),
  language: language
    .nullish()
    .describe(
      'Without it: by the script of the text, else the language of the source, else by the text itself where that is clear, else English.',
    ),
  authors: z.array(AuthorInput).max(100).optional().describe('Who wrote or translated.'),
  imageUrl: webUrl.nullish(),
  attribution: AttributionInput.nullish().describe('Without it: from the template of the source.'),
  translationOf: TranslationOfInput.nullish(),
  tags: z.array(z.string().max(200)).max(100).optional().describe('Slugs or aliases of tags that exist.'),
  body: BodyInput.nullish(),
  state: z.enum(['draft', 'published']).optional(),
}

const exampleInput = {
  url: 'https://lighthouse.example/chips/heron-2',
  title: 'Heron 2 leaves the lab',
  summary: 'The second Heron chip needs half the power of the first.',
  language: 'en',
  authors: [{ name: 'Mara Quill' }],
  publishedAt: '2026-11-23T06:08:00Z',
  tags: ['chips'],
  body: { html: '<h2>Power</h2><p>Half a watt.</p>' },
}

/** What a partner pushes under an identity of its own. */
export const ArticleContent = z
  .strictObject({ url: webUrl, title: line(1000), publishedAt: moment, ...optionalContent })
  .meta({ id: 'ArticleContent', example: exampleInput })
export type ArticleContent = z.infer<typeof ArticleContent>

const externalId = line(500)

/** A new article; a line of an import is the same. */
export const NewArticle = ArticleContent.extend({
  sourceId: z.string().max(100),
  externalId: externalId.nullish(),
}).meta({
  id: 'NewArticle',
  example: { sourceId: '019ab2c4-5a10-7c44-8d0b-2f6e8a1b3c5d', externalId: 'heron-2', ...exampleInput },
})
export type NewArticle = z.infer<typeof NewArticle>

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const ArticlePatch = ArticleContent.partial()
  .extend({
    externalId: externalId.nullish(),
    authors: optionalContent.authors.nullable(),
    tags: optionalContent.tags.nullable(),
    attribution: z.strictObject(nullish(AttributionInput.shape)).nullish(),
  })
  .meta({ id: 'ArticlePatch', example: { title: 'Heron 2 leaves the laboratory', tags: ['chips'] } })
export type ArticlePatch = z.infer<typeof ArticlePatch>

export const Withdrawal = z
  .strictObject({ reason: line(200), note: line(2000).nullish() })
  .meta({ id: 'Withdrawal', example: { reason: 'copyright', note: 'Asked for by the publisher.' } })
export type Withdrawal = z.infer<typeof Withdrawal>

export const WithdrawalRecord = z
  .object({ articleId: z.string(), reason: z.string(), note: z.string().nullable(), withdrawnAt: time })
  .meta({
    id: 'WithdrawalRecord',
    example: {
      articleId: example.id,
      reason: 'copyright',
      note: 'Asked for by the publisher.',
      withdrawnAt: '2026-11-23T09:00:00.000Z',
    },
  })

/** The members of an article that are its own, as they stood in one revision. */
export const Revision = z
  .object({
    revision: z.int(),
    at: time.describe('When this revision was made.'),
    content: z.object({
      url: z.string(),
      canonicalUrl: z.string().nullable(),
      externalId: z.string().nullable(),
      title: z.string(),
      summary: z.string().nullable(),
      language: z.string(),
      authors: z.array(Author),
      imageUrl: z.string().nullable(),
      publishedAt: time,
      attribution: Attribution.nullable().describe('Null where the template of the source made it.'),
      translationOf: TranslationOf.nullable(),
      tags: z.array(z.string()),
      body: z.object({ html: z.string() }),
    }),
  })
  .meta({
    id: 'Revision',
    example: {
      revision: 1,
      at: '2026-11-23T06:10:12.345Z',
      content: {
        url: example.url,
        canonicalUrl: null,
        externalId: 'heron-2',
        title: 'Heron 2 leaves the lab',
        summary: null,
        language: 'en',
        authors: example.authors,
        imageUrl: null,
        publishedAt: example.publishedAt,
        attribution: null,
        translationOf: null,
        tags: ['chips'],
        body: { html: '<p>Half a watt.</p>' },
      },
    },
  })
export type Revision = z.infer<typeof Revision>
export type RevisionContent = Revision['content']

export const RevisionSummary = z.object({ revision: z.int(), at: time, title: z.string() }).meta({
  id: 'RevisionSummary',
  example: { revision: 1, at: '2026-11-23T06:10:12.345Z', title: 'Heron 2 leaves the lab' },
})
