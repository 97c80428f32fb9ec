import { placeArticles, refreshCards } from '../articles/articles.ts'
import { recordChange } from '../changes/changes.ts'
import type { Transaction } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import {
  insertStory,
  listMembers,
  listPlaced,
  listPlacedForUpdate,
  listStoriesForUpdate,
  type Placed,
  type StoryRow,
  updateStory,
} from './stories-store.ts'
import { summaryOf } from './summary.ts'

/** Whose word it is: what an editor has placed the machine never moves. */
export type Mover = 'editor' | 'machine'

/** Adds a story without articles, which is counted once they are moved into it: only then it has version 1. */
export async function addStory(tx: Transaction, title?: string): Promise<string> {
  const id = newId()
  await insertStory(tx, {
    id,
    title: title ?? '',
    title_fixed_at: title === undefined ? null : tx.now,
    language: 'und',
    representative_id: null,
    article_count: 0,
    source_count: 0,
    languages: '[]',
    first_published_at: tx.now,
    last_published_at: tx.now,
    heat: 0,
    merged_into: null,
    version: 0,
    created_at: tx.now,
    updated_at: tx.now,
  })
  return id
}

/**
 * Moves articles into a story, or into none, and counts anew each story that this changes. The machine is refused (`conflict`)
 * where an editor has placed one of them.
 */
export async function moveArticles(
  tx: Transaction,
  { articleIds, storyId, by, created = false }: Move,
): Promise<void> {
  const seen = await listPlaced(tx, articleIds)
  await lockStories(tx, [storyId, ...seen.map((article) => article.story_id)])
  const articles = await listPlacedForUpdate(tx, articleIds)
  if (by === 'machine') refusePlaced(articles)
  await placeArticles(tx, articleIds, { storyId, fixed: by === 'editor' })
  const moved = articles.filter((article) => article.story_id !== storyId)
  await settle(tx, {
    movedIds: moved.map((article) => article.id),
    storyIds: present([storyId, ...moved.map((article) => article.story_id)]),
    ...(created && storyId !== null && { createdId: storyId }),
  })
}

type Move = { articleIds: string[]; storyId: string | null; by: Mover; created?: boolean }

/** Throws `conflict` where one of these articles was placed by an editor. */
export function refusePlaced(articles: Placed[]): void {
  const placed = articles.find((article) => article.story_fixed_at !== null)
  if (!placed) return
  throw new Failure('conflict', 'An editor has placed the article.', {
    extensions: { articleId: placed.id },
  })
}

/** Counts stories anew, writes the cards that show them, and tells of each that changed: by that, or before (`editedId`). */
export async function settle(
  tx: Transaction,
  { movedIds, storyIds, createdId, editedId }: Settled,
): Promise<void> {
  const shown = new Set(movedIds)
  const changed: string[] = []
  for (const row of await lockStories(tx, storyIds)) {
    const members = await listMembers(tx, row.id)
    const next = counted(row, members)
    const isTold = row.id === createdId || row.id === editedId
    if (!isTold && same(row, next)) continue
    await updateStory(tx, next)
    changed.push(row.id)
    if (showsAs(next.article_count) !== showsAs(row.article_count))
      for (const { id } of members) shown.add(id)
  }
  if (shown.size > 0) await refreshCards(tx, [...shown].sort(), ['story'])
  for (const id of changed)
    await recordChange(tx, { type: id === createdId ? 'story.created' : 'story.updated', id })
}

type Settled = { movedIds: string[]; storyIds: string[]; createdId?: string; editedId?: string }

const fewArticles = 20
const tenthMore = Math.log(1.1)

/**
 * Cards show how many articles a story has. Those of a large one are written anew when that has changed by a tenth: else each
 * article that joins would cost as many cards as there are in the story.
 */
const showsAs = (count: number) =>
  count <= fewArticles ? count : fewArticles + Math.floor(Math.log(count / fewArticles) / tenthMore)

/** The row as its articles make it; the title of an editor stays. */
function counted(row: StoryRow, members: Awaited<ReturnType<typeof listMembers>>): StoryRow {
  const { title = row.title, ...summary } = summaryOf(members) as Partial<StoryRow>
  return { ...row, ...summary, title: row.title_fixed_at === null ? title : row.title }
}

const same = (a: StoryRow, b: StoryRow) =>
  Object.entries(a).every(([name, value]) => b[name as keyof StoryRow] === value)

/** The living ones of these stories. */
async function lockStories(tx: Transaction, ids: (string | null)[]): Promise<StoryRow[]> {
  const wanted = present(ids)
  const rows = wanted.length > 0 ? await listStoriesForUpdate(tx, wanted) : []
  return rows.filter((row) => row.merged_into === null)
}

export const present = (ids: (string | null)[]) => [...new Set(ids.filter((id) => id !== null))]
