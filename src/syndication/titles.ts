import type { Queries } from '../database/database.ts'
import { findSource } from '../sources/sources.ts'
import type { ArticleFeedQuery, StoryFeedQuery } from './queries.ts'

/** What a reader calls a feed: the newsroom, and in few words what it filters by. */
export async function articlesTitle(q: Queries, name: string, query: ArticleFeedQuery): Promise<string> {
  const parts = [
    query.q,
    query.tagsAll?.join(' + '),
    query.tagsAny?.join(' or '),
    without(query.tagsNone),
    (await namesOf(q, query.source))?.join(' or '),
    without(await namesOf(q, query.sourceNone)),
    query.author && `by ${query.author}`,
    query.language && `in ${query.language.join(' or ')}`,
    query.languageNone && `not in ${query.languageNone.join(' or ')}`,
    query.story && 'one story',
    since(query.publishedAfter),
    query.publishedBefore && `before ${dayOf(query.publishedBefore)}`,
    query.contentChangedAfter && `changed since ${dayOf(query.contentChangedAfter)}`,
    query.duplicates === 'collapse' && 'each text once',
    query.duplicates === 'only' && 'duplicates',
  ]
  return titled(name, parts)
}

export function storiesTitle(name: string, query: StoryFeedQuery): string {
  const parts = [
    query.tag,
    query.language && `in ${query.language.join(' or ')}`,
    query.minSources && `${query.minSources} outlets or more`,
    since(query.publishedAfter),
    query.sort === 'newest' && 'the newest first',
  ]
  return titled(`${name} stories`, parts)
}

function titled(name: string, parts: (string | number | false | undefined)[]): string {
  const told = parts.filter(Boolean).join('; ')
  return told === '' ? name : `${name}: ${told}`
}

/** A source that is not there any more is called by its id. */
async function namesOf(q: Queries, ids: string[] | undefined): Promise<string[] | undefined> {
  if (!ids) return undefined
  const names: string[] = []
  for (const id of ids) names.push((await findSource(q, id))?.name ?? id)
  return names
}

const without = (names: string[] | undefined) => names && `without ${names.join(', ')}`
const since = (time: string | undefined) => time && `since ${dayOf(time)}`
const dayOf = (time: string) => time.slice(0, 10)
