import createClient, { type Client } from 'openapi-fetch'
import { type ExportOptions, exportArticles, type ImportOptions, importArticles } from './bulk.ts'
import { type ChangesOptions, changes } from './changes.ts'
import { type Item, items, type ListInit, type ListPath, type Page, pages } from './pages.ts'
import type { Change, ExportedArticle, ImportResult, NewArticle } from './resources.ts'
import { type Retries, retrying } from './retrying.ts'
import type { paths } from './schema.ts'
import { type SyncEvent, type SyncOptions, sync } from './sync.ts'

export type NewsweaveOptions = {
  /** Where the server is, without /v1. */
  baseUrl: string
  /** Needed to write, and to read where the server asks for it. Keep it out of pages that others open. */
  key?: string
  /** Instead of the `fetch` of the platform. */
  fetch?: (request: Request) => Promise<Response>
  retries?: Retries
}

/** The typed `GET`, `POST`, … of openapi-fetch for every operation, and what they make together. */
export type Newsweave = Client<paths> & {
  /** Every page of a list. */
  pages<Path extends ListPath>(
    path: Path,
    ...init: ListInit<Path>
  ): AsyncGenerator<Page<Path>, void, undefined>
  /** Everything in a list, page by page as it is asked for. */
  items<Path extends ListPath>(
    path: Path,
    ...init: ListInit<Path>
  ): AsyncGenerator<Item<Path>, void, undefined>
  /** Every change behind a position, and then each new one as it comes. */
  changes(options?: ChangesOptions): AsyncGenerator<Change, void, undefined>
  /** Everything once, and from then on every change. */
  sync(options?: SyncOptions): AsyncGenerator<SyncEvent, void, undefined>
  /** Every article that the filters leave, with its text. */
  exportArticles(options?: ExportOptions): AsyncGenerator<ExportedArticle, void, undefined>
  /** Sends articles, and answers a result for each. */
  importArticles(
    articles: Iterable<NewArticle> | AsyncIterable<NewArticle>,
    options?: ImportOptions,
  ): AsyncGenerator<ImportResult, void, undefined>
}

/** A client of one server. */
export function createNewsweave({ baseUrl, key, fetch, retries }: NewsweaveOptions): Newsweave {
  const client = createClient<paths>({
    baseUrl,
    ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
    fetch: retrying(fetch ?? ((request) => globalThis.fetch(request)), retries),
  })
  return {
    ...client,
    pages: (path, ...init) => pages(client, path, ...init),
    items: (path, ...init) => items(client, path, ...init),
    changes: (options) => changes(client, options),
    sync: (options) => sync(client, options),
    exportArticles: (options) => exportArticles(client, options),
    importArticles: (articles, options) => importArticles(client, articles, options),
  }
}
