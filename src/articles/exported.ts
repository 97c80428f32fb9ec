import { z } from 'zod'
import { line, moment, slug, time, webUrl } from '../http/parameters.ts'
import { ArticleContent, ArticleDetail, Attribution, articleStates, NewArticle } from './article.ts'

/** Why an article that is withdrawn is so. */
const ExportedWithdrawal = z
  .object({ reason: z.string(), note: z.string().nullable(), withdrawnAt: time })
  .meta({ id: 'ExportedWithdrawal', description: 'Why the article was withdrawn, and when.' })

/** An article as the export writes it: all that its own address answers. */
export const ExportedArticle = ArticleDetail.extend({
  withdrawal: ExportedWithdrawal.nullable().describe('Null where the article is not withdrawn.'),
}).meta({ id: 'ExportedArticle', example: undefined })
export type ExportedArticle = z.infer<typeof ExportedArticle>

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'Expected an id as it was exported.')
const {
  tags: _,
  body: __,
  translationOf: ___,
  attribution: ____,
  state: _____,
  ...content
} = ArticleContent.shape

/**
 * The same as a line of an import: what an article says of itself, and where it comes from. What is found out about articles
 * (`story`, `duplicateOf`, `alsoIn`, computed translations) and members that are not known yet are passed over.
 */
export const ExportedLine = z.object({
  ...content,
  id: uuid,
  source: z.object({ id: uuid, name: line(200), homeUrl: webUrl }),
  // As it was shown, which a template may have made: with blanks around it, and of any length.
  attribution: Attribution.extend({ text: z.string(), url: webUrl.nullable() }),
  externalId: NewArticle.shape.externalId,
  firstSeenAt: moment,
  contentChangedAt: moment,
  translationOf: z
    .object({
      articleId: z.string().max(100).nullable(),
      url: webUrl.nullable(),
      language: ArticleContent.shape.language,
      method: line(100),
    })
    .nullish(),
  tags: z.array(z.object({ slug, name: line(100) })).max(100),
  body: z.object({ html: z.string(), text: z.string() }),
  state: z.enum(articleStates),
  withdrawal: z.object({ reason: line(200), note: line(2000).nullable(), withdrawnAt: moment }).nullish(),
})
export type ExportedLine = z.infer<typeof ExportedLine>

/** The body of `createArticle` names its source by `sourceId`. */
export function isExported(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'source' in value
}
