import type { Client, ParamsOption } from 'openapi-fetch'
import { unwrap } from './problem.ts'
import type { paths } from './schema.ts'

type ListOf<Path extends keyof paths> = paths[Path] extends {
  get: {
    parameters: { query?: infer Query }
    responses: { 200: { content: { 'application/json': infer Answer extends { data: unknown[] } } } }
  }
}
  ? 'cursor' extends keyof NonNullable<Query>
    ? Answer
    : never
  : never

/** The address of every list that is paged by a cursor. */
export type ListPath = {
  [Path in keyof paths]: [ListOf<Path>] extends [never] ? never : Path
}[keyof paths]

/** One page of the list at this address, as the server answers it. */
export type Page<Path extends ListPath> = ListOf<Path>

/** What the list at this address holds. */
export type Item<Path extends ListPath> = Page<Path> extends { data: (infer Item)[] } ? Item : never

type Options<Path extends ListPath> = ParamsOption<paths[Path]['get']> & { signal?: AbortSignal }
/** The parameters may be left out where the address has none of its own. */
export type ListInit<Path extends ListPath> =
  object extends Options<Path> ? [options?: Options<Path>] : [options: Options<Path>]

type AnyPage = { data: unknown[]; page: { next: string | null } }
type AnyOptions = { params?: { query?: object; path?: object }; signal?: AbortSignal }
type AnyGet = (
  path: string,
  options: object,
) => Promise<{ data?: AnyPage; error?: unknown; response: Response }>

/** Every page of a list, from the cursor in the parameters or from its beginning. */
export async function* pages<Path extends ListPath>(
  client: Client<paths>,
  path: Path,
  ...[options]: ListInit<Path>
): AsyncGenerator<Page<Path>, void, undefined> {
  const { params, signal } = (options ?? {}) as AnyOptions
  let query = params?.query
  for (let next: string | null = ''; next !== null; ) {
    const answer = (client.GET as unknown as AnyGet)(path, { params: { ...params, query }, signal })
    const page = (await unwrap(answer)) as AnyPage
    yield page as Page<Path>
    next = page.page.next
    query = { ...query, cursor: next }
  }
}

/** Everything in a list, page by page as it is asked for. */
export async function* items<Path extends ListPath>(
  client: Client<paths>,
  path: Path,
  ...init: ListInit<Path>
): AsyncGenerator<Item<Path>, void, undefined> {
  for await (const page of pages(client, path, ...init)) {
    yield* (page as unknown as AnyPage).data as Item<Path>[]
  }
}
