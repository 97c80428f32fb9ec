import {
  findLeftStory,
  type PlacedArticle,
  passOnDuplicates,
  placedArticles,
  refreshCards,
  standingsOf,
} from '../../articles/articles.ts'
import type { Transaction } from '../../database/database.ts'
import { type Counter, dropSignal, writeSignal } from '../signals/signals.ts'
import { recountStories } from '../stories.ts'
import { tieDuplicates } from './duplicates.ts'
import { findNeighbours } from './neighbours.ts'
import { tieOriginal } from './originals.ts'
import { tieStory } from './story.ts'

/**
 * Brings everything that is found out about an article up to date after it was published, revised, withdrawn, restored or
 * deleted: its signals, whose text it has, what it is translated from, and whose story it tells. Related links are looked for when
 * they are read.
 */
export async function relateArticle(tx: Transaction, counter: Counter, articleId: string): Promise<void> {
  const article = (await placedArticles(tx, [articleId])).get(articleId)
  if (!article) await forget(tx, articleId)
  else if (article.state === 'published') await tie(tx, counter, article)
  else if (article.state === 'withdrawn') await hide(tx, article)
}

async function tie(tx: Transaction, counter: Counter, article: PlacedArticle): Promise<void> {
  const { signal, words } = await writeSignal(tx, counter, { articleId: article.id, ...article })
  const neighbours = await findNeighbours(tx, signal, words)
  await tieDuplicates(tx, article, signal, neighbours.near)
  await tieOriginal(tx, article, signal, neighbours.across)
  // By now it may have the text of an article whose story it then tells.
  const [now = article] = await standingsOf(tx, [article.id])
  await tieStory(tx, now, signal, neighbours)
  if (article.storyId) await recountStories(tx, [article.storyId])
}

/** What is withdrawn stands for nobody, and may be restored: its signals stay, and lead to nothing meanwhile. */
async function hide(tx: Transaction, article: PlacedArticle): Promise<void> {
  await refreshCards(tx, [article.id, ...(await passOnDuplicates(tx, article.id))])
  if (article.storyId) await recountStories(tx, [article.storyId])
}

async function forget(tx: Transaction, articleId: string): Promise<void> {
  await dropSignal(tx, articleId)
  const storyId = await findLeftStory(tx, articleId)
  if (storyId) await recountStories(tx, [storyId])
}
