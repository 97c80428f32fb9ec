import { z } from 'zod'
import { Article } from '../articles/article.ts'
import { line, time } from '../http/parameters.ts'

/** Articles that are moved into a new story at once. */
const maxMoved = 100

const exampleId = '019ab3e5-20c4-7d19-b0a6-6c7d2e4f8a91'
const exampleArticle = Article.meta()?.example as z.infer<typeof Article>

export const Story = z
  .object({
    id: z
      .string()
      .describe('It lasts: where the story is merged into another one, it leads to that one (308).'),
    title: z.string().describe('That of the representative, unless an editor has set one.'),
    language: z.string().describe('Of the representative.'),
    articleCount: z.int().describe('Published articles.'),
    sourceCount: z.int().describe('Outlets that tell it.'),
    languages: z.array(z.string()).describe('Of its articles, that of most of them first.'),
    firstPublishedAt: time,
    lastPublishedAt: time,
    representative: z
      .object({ article: Article })
      .describe(
        'The article that stands for the story: no copy of another one, in the language of most articles, and of those the earliest.',
      ),
    tags: z
      .array(z.object({ slug: z.string(), name: z.string() }))
      .describe(
        'The most frequent tags of its articles, at most 10; of a large story those of the newest 50.',
      ),
    createdAt: time,
    updatedAt: time,
    articles: z
      .array(Article)
      .optional()
      .describe('The newest articles but the representative, at most 10, where `include` asked for them.'),
  })
  .meta({
    id: 'Story',
    description: 'The articles, from all outlets and in all languages, about one event.',
    example: {
      id: exampleId,
      title: exampleArticle.title,
      language: 'en',
      articleCount: 3,
      sourceCount: 2,
      languages: ['en', 'zh'],
      firstPublishedAt: exampleArticle.publishedAt,
      lastPublishedAt: '2026-11-23T09:30:00.000Z',
      representative: { article: { ...exampleArticle, story: { id: exampleId, articleCount: 3 } } },
      tags: [{ slug: 'chips', name: 'Chips' }],
      createdAt: '2026-11-23T06:20:00.000Z',
      updatedAt: '2026-11-23T09:31:00.000Z',
    },
  })
export type Story = z.infer<typeof Story>

const title = line(1000)

export const NewStory = z
  .strictObject({
    articleIds: z
      .array(z.string().min(1).max(100))
      .min(2)
      .max(maxMoved)
      .describe('Published articles. Each leaves the story that it is in, if any.'),
    title: title.nullish().describe('Without it that of the representative.'),
  })
  .meta({
    id: 'NewStory',
    example: { articleIds: [exampleArticle.id, '019ab3e4-7c1d-7e52-9a56-0d6f5d2c8b11'], title: 'Heron 2' },
  })
export type NewStory = z.infer<typeof NewStory>

/** A merge patch (RFC 7396): what is absent stays, null clears. */
export const StoryPatch = z
  .strictObject({ title: title.nullish().describe('Null: that of the representative again.') })
  .meta({ id: 'StoryPatch', example: { title: 'Heron 2 leaves the lab' } })
export type StoryPatch = z.infer<typeof StoryPatch>

export const StoryMerge = z
  .strictObject({ into: z.string().min(1).max(100).describe('The id of the story that lives on.') })
  .meta({ id: 'StoryMerge', example: { into: exampleId } })
