import type { Queries } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import type { ChangeType } from './change.ts'

/** What a reader of the log is concerned with: all that is named here at once, and within one list any of it. */
export type ChangeFilters = { types?: ChangeType[]; tagIds?: string[]; sourceIds?: string[] }

/** How slugs and ids that a reader sends are looked up, which folders above this one know. */
export type Known = {
  /** For each slug or alias the id of its tag and those of the tags that were merged into it; `undefined` where it names none. */
  findTags(q: Queries, slugs: string[]): Promise<(string[] | undefined)[]>
  findSource(q: Queries, id: string): Promise<object | undefined>
}

type SentFilters = {
  types?: ChangeType[] | undefined
  tags?: string[] | undefined
  sources?: string[] | undefined
}

/** The filters that were sent. Throws `bad-request` naming a tag or a source that there is not: nobody waits for what never comes. */
export async function resolveFilters(
  q: Queries,
  known: Known,
  { types, tags = [], sources = [] }: SentFilters,
): Promise<ChangeFilters> {
  const tagIds = tags.length > 0 ? await known.findTags(q, tags) : []
  const unknownTag = tagIds.indexOf(undefined)
  if (unknownTag >= 0)
    throw unknown('tags', unknownTag, `There is no tag ${JSON.stringify(tags[unknownTag])}.`)
  for (const [index, id] of sources.entries()) {
    if (!(await known.findSource(q, id)))
      throw unknown('sources', index, `There is no source ${JSON.stringify(id)}.`)
  }
  return {
    ...(types && { types }),
    ...(tags.length > 0 && { tagIds: [...new Set(tagIds.flatMap((ids) => ids ?? []))] }),
    ...(sources.length > 0 && { sourceIds: [...new Set(sources)] }),
  }
}

function unknown(parameter: string, index: number, message: string): Failure {
  return new Failure('bad-request', message, {
    errors: [{ in: 'query', path: `${parameter}.${index}`, message }],
  })
}

/** What an entry of the log keeps of whom it concerns; `tags` is a JSON array of ids. */
export type Concern = { type: ChangeType; source_id: string | null; tags: string | null }

/** Whether a reader with these filters is told of an entry. The store says the same in SQL. */
export function concerns({ types, tagIds, sourceIds }: ChangeFilters, entry: Concern): boolean {
  if (types && !types.includes(entry.type)) return false
  if (sourceIds && !sourceIds.includes(entry.source_id ?? '')) return false
  return !tagIds || tagIds.some((id) => entry.tags?.includes(JSON.stringify(id)))
}
