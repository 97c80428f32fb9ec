import { z } from 'zod'
import { LinkReason, linkKinds } from './link.ts'

const Signal = z
  .object({
    name: z.string(),
    value: z.number(),
    threshold: z
      .number()
      .nullable()
      .describe('What the value has to reach; null where it only adds to others.'),
  })
  .meta({ id: 'RelationSignal' })

const Finding = z
  .object({
    linked: z.boolean().describe('Whether the two are linked in this way now.'),
    found: z.boolean().describe('Whether the signals alone say that they are.'),
    why: z.string().describe('The deciding signal, in a sentence.'),
    signals: z.array(Signal),
    reasons: z.array(LinkReason).describe('What the two have in common, the weightiest first.'),
  })
  .meta({ id: 'RelationFinding' })
export type Finding = z.infer<typeof Finding>

const Article = z.object({ id: z.string(), title: z.string(), language: z.string(), publishedAt: z.string() })

const findingExample: Finding = {
  linked: true,
  found: true,
  why: 'The score reaches what it has to.',
  signals: [{ name: 'score', value: 0.41, threshold: 0.12 }],
  reasons: [{ type: 'name', value: 'heron', weight: 0.7 }],
}

/** Why two articles are linked, or are not. */
export const Relation = z
  .object({
    article: Article,
    other: Article,
    related: Finding.describe('Whether a reader of the one is told of the other.'),
    story: Finding.describe('Whether both tell the same event.'),
    duplicate: Finding.describe('Whether one has the text of the other.'),
    translation: Finding.describe('Whether one is translated from the other.'),
    editorial: z
      .array(z.object({ id: z.string(), kind: z.enum(linkKinds) }))
      .describe("Editors' links from the article to the other."),
    removed: z
      .array(z.enum(linkKinds))
      .describe(
        'The kinds of computed links from the article to the other that an editor has removed for good.',
      ),
  })
  .meta({
    id: 'Relation',
    example: {
      article: {
        id: '019ab2c4-5d00-7a31-9f2e-4b8c1d6e7f80',
        title: 'Heron 2 leaves the lab',
        language: 'en',
        publishedAt: '2026-11-23T06:08:00.000Z',
      },
      other: {
        id: '019ab3e4-7c1d-7e52-9a56-0d6f5d2c8b11',
        title: 'Heron 1, a year on',
        language: 'en',
        publishedAt: '2026-11-20T09:00:00.000Z',
      },
      related: findingExample,
      story: { ...findingExample, linked: false, found: false },
      duplicate: { ...findingExample, linked: false, found: false, reasons: [] },
      translation: { ...findingExample, linked: false, found: false, reasons: [] },
      editorial: [],
      removed: [],
    },
  })
export type Relation = z.infer<typeof Relation>
