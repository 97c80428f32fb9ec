import createClient from 'openapi-fetch'
import { exportArticles, type ImportOptions, importArticles } from './bulk.ts'
import { type ChangesOptions, changes } from './changes.ts'
import { items, type ListInit, type ListPath, pages } from './pages.ts'
import type { ExportFilters, NewArticle } from './resources.ts'
import { type Retries, retrying } from './retrying.ts'
import type { paths } from './schema.ts'
import { type SyncOptions, sync } from './sync.ts'

export type NewsweaveOptions = {
  /** Where the server is, without /v1. */
  baseUrl: string
  /** Needed to write, and to read where the server asks for it. Keep it out of pages that others open. */
  key?: string
  /** Instead of the `fetch` of the platform. */
  fetch?: (request: Request) => Promise<Response>
  retries?: Retries
}

export type Newsweave = ReturnType<typeof createNewsweave>

/** A client of one server: the typed `GET`, `POST`, … of openapi-fetch for every operation, and what they make together. */
export function createNewsweave({ baseUrl, key, fetch, retries }: NewsweaveOptions) {
  const client = createClient<paths>({
    baseUrl,
    ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
    fetch: retrying(fetch ?? ((request) => globalThis.fetch(request)), retries),
  })
  return {
    ...client,
    /** Every page of a list. */
    pages: <Path extends ListPath>(path: Path, ...init: ListInit<Path>) => pages(client, path, ...init),
    /** Everything in a list, page by page as it is asked for. */
    items: <Path extends ListPath>(path: Path, ...init: ListInit<Path>) => items(client, path, ...init),
    /** Every change behind a position, and then each new one as it comes. */
    changes: (options?: ChangesOptions) => changes(client, options),
    /** Everything once, and from then on every change. */
    sync: (options?: SyncOptions) => sync(client, options),
    /** Every article that the filters leave, with its text. */
    exportArticles: (filters?: ExportFilters & { signal?: AbortSignal }) => exportArticles(client, filters),
    /** Sends articles, and answers a result for each. */
    importArticles: (articles: Iterable<NewArticle> | AsyncIterable<NewArticle>, options?: ImportOptions) =>
      importArticles(client, articles, options),
  }
}
