export type { ExportOptions, ImportOptions } from './bulk.ts'
export { type ChangesOptions, StartAgainError } from './changes.ts'
export { createNewsweave, type Newsweave, type NewsweaveOptions } from './newsweave.ts'
export type { Item, ListPath, Page } from './pages.ts'
export { ProblemError, unwrap } from './problem.ts'
export type {
  Article,
  ArticleDetail,
  Change,
  ChangeType,
  ExportedArticle,
  ImportResult,
  NewArticle,
  Problem,
  RelatedLink,
  Source,
  Story,
  Tag,
} from './resources.ts'
export type { Retries } from './retrying.ts'
export type { components, operations, paths } from './schema.ts'
export type { SyncEvent, SyncOptions } from './sync.ts'
export { verifyWebhook, WebhookError, type WebhookEvent, type WebhookFault } from './webhooks.ts'
