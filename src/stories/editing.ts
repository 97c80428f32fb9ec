import { requireArticle, withdrawnFailure } from '../articles/articles.ts'
import type { Transaction } from '../database/database.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure, type FieldError, invalidField } from '../shared/failure.ts'
import { addStory, moveArticles, settle } from './membership.ts'
import { mergeStories, noSuchStory } from './stories.ts'
import { findStory, listPlaced, listStoriesForUpdate, type StoryRow, updateTitle } from './stories-store.ts'
import type { NewStory, StoryPatch } from './story.ts'

type Path = { id: string; accepted: number[] | undefined }

/** An editor puts articles into a new story, out of those that they are in: so a story is split. */
export async function composeStory(tx: Transaction, { articleIds, title }: NewStory): Promise<StoryRow> {
  refuseUnpublished(articleIds, await listPlaced(tx, articleIds))
  const storyId = await addStory(tx, title ?? undefined)
  await moveArticles(tx, { articleIds, storyId, by: 'editor', created: true })
  return presentStory(tx, storyId)
}

function refuseUnpublished(ids: string[], found: { id: string; state: string }[]): void {
  const states = new Map(found.map(({ id, state }) => [id, state]))
  const errors = ids.flatMap((id, index): FieldError[] => {
    const path = `articleIds.${index}`
    const state = states.get(id)
    if (state === undefined) return [{ in: 'body', path, message: `There is no article ${id}.` }]
    if (state !== 'published') return [{ in: 'body', path, message: `The article ${id} is not published.` }]
    return ids.indexOf(id) < index ? [{ in: 'body', path, message: `${id} is named twice.` }] : []
  })
  if (errors.length === 0) return
  throw new Failure('validation-failed', errors.map((error) => error.message).join(' '), { errors })
}

/** An editor gives a story a title, which stays whatever joins; null leaves it to the machine again. */
export async function renameStory(
  tx: Transaction,
  { id, accepted, patch: { title } }: Path & { patch: StoryPatch },
): Promise<StoryRow> {
  const row = await requireStory(tx, { id, accepted })
  if (title === undefined || title === (row.title_fixed_at === null ? null : row.title)) return row
  await updateTitle(tx, id, title)
  await settle(tx, { movedIds: [], storyIds: [id], editedId: id })
  return presentStory(tx, id)
}

/** An editor moves an article into a story, out of the one that it is in; there it stays. */
export async function moveIn(
  tx: Transaction,
  { id, articleId, accepted }: Path & { articleId: string },
): Promise<StoryRow> {
  await requireStory(tx, { id, accepted })
  const article = await requireArticle(tx, articleId, undefined)
  if (article.state === 'withdrawn') throw withdrawnFailure(article)
  if (article.state === 'draft') throw new Failure('conflict', 'A draft is in no story: publish it first.')
  await moveArticles(tx, { articleIds: [articleId], storyId: id, by: 'editor' })
  return presentStory(tx, id)
}

/** An editor takes an article out of a story; the machine then puts it into none. */
export async function moveOut(
  tx: Transaction,
  { id, articleId, accepted }: Path & { articleId: string },
): Promise<void> {
  await requireStory(tx, { id, accepted })
  const [article] = await listPlaced(tx, [articleId])
  if (article?.story_id !== id) throw new Failure('not-found', 'The story has no such article.')
  await moveArticles(tx, { articleIds: [articleId], storyId: null, by: 'editor' })
}

/** An editor merges a story into another one, and answers that. */
export async function mergeByEditor(
  tx: Transaction,
  { id, into, accepted }: Path & { into: string },
): Promise<StoryRow> {
  const target = await findStory(tx, into)
  const living = target?.merged_into ?? target?.id
  if (living === undefined) throw invalidField('into', 'There is no such story.')
  if (living === id) throw invalidField('into', 'A story cannot be merged into itself.')
  await requireStory(tx, { id, accepted })
  await mergeStories(tx, { from: id, into: living, by: 'editor' })
  return presentStory(tx, living)
}

/** The story, locked; `conflict` where it was merged between the look of the caller and now. */
async function requireStory(tx: Transaction, { id, accepted }: Path): Promise<StoryRow> {
  const [row] = await listStoriesForUpdate(tx, [id])
  if (!row) throw noSuchStory()
  checkVersion(row.version, accepted)
  if (row.merged_into !== null) throw new Failure('conflict', 'The story was merged just now: ask again.')
  return row
}

async function presentStory(tx: Transaction, id: string): Promise<StoryRow> {
  return (await findStory(tx, id)) as StoryRow
}
