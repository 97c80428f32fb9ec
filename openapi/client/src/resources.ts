import type { components, paths } from './schema.ts'

type Schemas = components['schemas']

export type Article = Schemas['Article']
export type ArticleDetail = Schemas['ArticleDetail']
export type Change = Schemas['Change']
export type ChangeType = Change['type']
export type ExportedArticle = Schemas['ExportedArticle']
export type ImportResult = Schemas['ImportResult']
export type NewArticle = Schemas['NewArticle']
export type Problem = Schemas['Problem']
export type RelatedLink = Schemas['RelatedLink']
export type Source = Schemas['Source']
export type Story = Schemas['Story']
export type Tag = Schemas['Tag']

/** The filters of an export, which are those of the list of articles. */
export type ExportFilters = NonNullable<paths['/v1/articles/export']['get']['parameters']['query']>
