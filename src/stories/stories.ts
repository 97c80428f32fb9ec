import { placeArticles } from '../articles/articles.ts'
import { recordChange } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { addStory, type Mover, moveArticles, present, refusePlaced, settle } from './membership.ts'
import {
  listMembers,
  listPlaced,
  listStoriesForUpdate,
  type StoryRow,
  updateMerged,
} from './stories-store.ts'

/**
 * Makes a story of two or more articles, as the machine finds. `conflict` where an editor has placed one of them, which
 * `listPlacedByEditors` tells before.
 */
export async function makeStory(tx: Transaction, articleIds: string[]): Promise<string> {
  if (new Set(articleIds).size < 2) throw new Error('A story is made of at least two articles.')
  const storyId = await addStory(tx)
  await moveArticles(tx, { articleIds, storyId, by: 'machine', created: true })
  return storyId
}

/**
 * An article joins a story, as the machine finds, and leaves its former one. `conflict` where an editor has placed it, and
 * `not-found` where there is no such story; a merged one leads to the living.
 */
export async function joinStory(tx: Transaction, storyId: string, articleId: string): Promise<void> {
  const story = await lockLiving(tx, storyId)
  if (!story) throw noSuchStory()
  await moveArticles(tx, { articleIds: [articleId], storyId: story.id, by: 'machine' })
}

/** An article is in no story any more, as the machine finds. `conflict` where an editor has placed it. */
export async function leaveStory(tx: Transaction, articleId: string): Promise<void> {
  await moveArticles(tx, { articleIds: [articleId], storyId: null, by: 'machine' })
}

/** Which of these articles an editor has put into a story or out of it: the machine leaves them alone. */
export async function listPlacedByEditors(q: Queries, articleIds: string[]): Promise<Set<string>> {
  const articles = articleIds.length > 0 ? await listPlaced(q, articleIds) : []
  return new Set(articles.filter((article) => article.story_fixed_at !== null).map(({ id }) => id))
}

/**
 * Counts stories anew after articles of theirs were published, revised, withdrawn, restored or deleted; nothing is written where
 * all is as it was. An article that was not published when its story was merged follows now.
 */
export async function recountStories(tx: Transaction, storyIds: string[]): Promise<void> {
  const rows = storyIds.length > 0 ? await listStoriesForUpdate(tx, storyIds) : []
  const movedIds: string[] = []
  for (const { id, merged_into: storyId } of rows) {
    if (storyId === null) continue
    const late = (await listMembers(tx, id)).map((member) => member.id)
    await placeArticles(tx, late, { storyId, fixed: false })
    movedIds.push(...late)
  }
  await settle(tx, { movedIds, storyIds: rows.map((row) => row.merged_into ?? row.id) })
}

/**
 * Merges a story into another one, which keeps its id and its title; the old id leads to it from then on. The machine is refused
 * (`conflict`) where an editor has placed an article of either or named the one that goes: that may be what keeps them apart.
 */
export async function mergeStories(
  tx: Transaction,
  { from, into, by = 'machine' }: { from: string; into: string; by?: Mover },
): Promise<void> {
  await listStoriesForUpdate(tx, present([from, into]))
  const [old, living] = [await lockLiving(tx, from), await lockLiving(tx, into)]
  if (!old || !living) throw noSuchStory()
  if (old.id === living.id) return
  const members = await listMembers(tx, old.id)
  if (by === 'machine') {
    refusePlaced([...members, ...(await listMembers(tx, living.id))])
    if (old.title_fixed_at !== null) throw new Failure('conflict', 'An editor has named the story.')
  }
  const movedIds = members.map((member) => member.id)
  await placeArticles(tx, movedIds, { storyId: living.id, fixed: by === 'editor' })
  await updateMerged(tx, old.id, living.id)
  await settle(tx, { movedIds, storyIds: [living.id] })
  await recordChange(tx, { type: 'story.merged', id: old.id })
}

/** The story, or the one that it was merged into, locked. */
async function lockLiving(tx: Transaction, id: string): Promise<StoryRow | undefined> {
  const [row] = await listStoriesForUpdate(tx, [id])
  return row && row.merged_into !== null ? lockLiving(tx, row.merged_into) : row
}

export const noSuchStory = () => new Failure('not-found', 'There is no story with this id.')
