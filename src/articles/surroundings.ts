import type { Queries } from '../database/database.ts'
import type { Article } from './article.ts'
import { type SourceSummary, sourcesOf } from './card-sources.ts'
import type { ArticleRow } from './store.ts'
import { countStories, listGroups, listOriginals } from './surroundings-store.ts'

/** What an article shows of others: how many tell its story, who else has the same text, and the original that was found. */
export type Surroundings = {
  storyArticleCount: number
  alsoIn: Article['alsoIn']
  foundOriginal: { id: string; url: string; language: string } | undefined
}

export const alone: Surroundings = { storyArticleCount: 0, alsoIn: [], foundOriginal: undefined }

/** Of one text that everybody takes over, so many others are named. */
const maxAlsoIn = 50

export async function surroundingsOf(q: Queries, rows: ArticleRow[]): Promise<Map<string, Surroundings>> {
  const counts = new Map<string, number>()
  const storyIds = present(rows.map((row) => row.story_id))
  if (storyIds.length > 0)
    for (const { story_id, count } of await countStories(q, storyIds)) counts.set(story_id, count)
  const groups = await groupsOf(q, rows)
  const originalIds = present(
    rows.map((row) => (row.translation_of_method === null ? row.found_original_id : null)),
  )
  const originals = new Map(
    originalIds.length > 0 ? (await listOriginals(q, originalIds)).map((row) => [row.id, row]) : [],
  )
  return new Map(
    rows.map((row) => [
      row.id,
      {
        storyArticleCount: counts.get(row.story_id ?? '') ?? 0,
        alsoIn: (groups.get(rootOf(row)) ?? [])
          .filter(({ articleId }) => articleId !== row.id)
          .slice(0, maxAlsoIn),
        foundOriginal: originals.get(row.found_original_id ?? ''),
      },
    ]),
  )
}

/** The published articles that have one text, the earliest first, by the original among them. */
async function groupsOf(q: Queries, rows: ArticleRow[]): Promise<Map<string, Article['alsoIn']>> {
  const members = await listGroups(q, [...new Set(rows.map(rootOf))])
  const sources: Map<string, SourceSummary> = await sourcesOf(q, members)
  const groups = new Map<string, Article['alsoIn']>()
  for (const member of members) {
    const source = sources.get(member.source_id)
    if (!source) continue
    const { id, name, homeUrl } = source
    const group = groups.get(rootOf(member)) ?? []
    group.push({ articleId: member.id, source: { id, name, homeUrl }, url: member.url })
    groups.set(rootOf(member), group)
  }
  return groups
}

const rootOf = (row: Pick<ArticleRow, 'id' | 'duplicate_of_id'>) => row.duplicate_of_id ?? row.id

const present = (ids: (string | null)[]) => [...new Set(ids.filter((id) => id !== null))]
