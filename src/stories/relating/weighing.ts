import { placedArticles } from '../../articles/articles.ts'
import type { Queries, Transaction } from '../../database/database.ts'
import { type Counter, dropSignal, writeSignal } from '../signals/signals.ts'
import { findProgress, listLightlyWeighed } from '../signals/store.ts'

/**
 * How rare a word is changes while a newsroom is young, and hardly any more once so many articles are there: where twice as many
 * are there, twice as many have the word.
 */
const grownUp = 4000
const outgrownAt = 4
const signalsPerSlice = 4

/** Whether there are signals whose words are to be weighed anew, since there are many times as many articles now. */
export async function hasWeighing(q: Queries): Promise<boolean> {
  const { articles } = await findProgress(q)
  return (await listLightlyWeighed(q, outgrown(articles), 1)).length > 0
}

/** Weighs the words of some signals anew. */
export async function weighAnew(tx: Transaction, counter: Counter): Promise<void> {
  const rows = await listLightlyWeighed(tx, outgrown(counter.articles), signalsPerSlice)
  const ids = rows.map((row) => row.article_id)
  const articles = await placedArticles(tx, ids)
  for (const id of ids) {
    const article = articles.get(id)
    if (article) await writeSignal(tx, counter, { articleId: id, ...article }, { anew: true })
    else await dropSignal(tx, id)
  }
}

const outgrown = (articles: number) => Math.min(Math.ceil(articles / outgrownAt), grownUp)
