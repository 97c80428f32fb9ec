import type { ChangeType } from '../changes/change.ts'
import { recordChange } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { urlKey } from '../shared/url.ts'
import { countArticle } from '../sources/sources.ts'
import { labelArticle, resolveTags, tagsOfArticles, unlistArticle } from '../tags/tags.ts'
import { indexText, unindexText } from '../text-index/text-index.ts'
import type { Article, ArticleContent, ArticleDetail, NewArticle, Withdrawal } from './article.ts'
import { sourceOfArticles } from './card-sources.ts'
import { cardOf, refreshCards } from './cards.ts'
import { type Content, contentOf } from './content.ts'
import { keepAddresses, keepAuthors, resolveOriginal, tieWaitingTranslations } from './identity.ts'
import { searchedOf } from './indexing.ts'
import { type Draft, languageOf, rowOf } from './rows.ts'
import { passOnDuplicates } from './standing.ts'
import {
  type ArticleRow,
  clearOriginal,
  findArticleForUpdate,
  findKnown,
  findTombstone,
  insertArticle,
  insertTombstone,
  type Known,
  listArticles,
  removeArticle,
  updateArticle,
  upsertBody,
} from './store.ts'
import { surroundingsOf } from './surroundings.ts'

export { refreshCards, refreshSourced, refreshTagged } from './cards.ts'
export { countAll, reindexArticles } from './indexing.ts'
export { placeArticles } from './placing.ts'
export {
  articlesAt,
  duplicateGroup,
  type PlacedArticle,
  passOnDuplicates,
  placedArticles,
  type Standing,
  standingsOf,
  translationsOf,
} from './standing.ts'
export { findLeftStory, updateTies } from './surroundings-store.ts'

/** What a write made: the row as it is now, and its text. */
export type Written = { outcome: 'created' | 'updated' | 'unchanged'; row: ArticleRow; content: Content }

/**
 * Adds an article. A source has one article at an address and one under an external id: another one is a `conflict`.
 * `known` is what the caller has already found under these identities, `content` what it has made of the body, `columns` what it
 * sets of the row instead of us: the id and the times of an article that is copied.
 */
export async function createArticle(
  tx: Transaction,
  input: NewArticle,
  {
    known,
    content: made,
    columns,
  }: { known?: Known; content?: Content | undefined; columns?: Partial<ArticleRow> } = {},
): Promise<Written> {
  const source = await sourceOfArticles(tx, input.sourceId)
  if (!source) throw invalidField('sourceId', 'There is no such source.')
  const { deleted } = known ?? (await findKnown(tx, source.id, input.externalId ?? null, urlKey(input.url)))
  if (deleted) throw goneForGood(deleted)
  const draft = await draftOf(tx, input, {
    sourceLanguage: source.language,
    ...(made && { content: made }),
  })
  const row: ArticleRow = { ...rowOf(newId(), source.id, draft, tx.now), ...columns }
  row.card = cardOf(row, source, draft.tags)
  if (!(await insertArticle(tx, row))) throw await identityTaken(tx, source.id, draft)
  const { content } = draft
  await upsertBody(tx, row.id, { html: content.html, text: content.text, toc: JSON.stringify(content.toc) })
  await indexText(tx, searchedOf(row, content.text), content.terms)
  await keepAddresses(tx, row)
  await keepAuthors(tx, row, true)
  const tagIds = draft.tags.length > 0 ? await label(tx, row, draft.tags, { isNew: true }) : []
  if (row.state === 'published') await countArticle(tx, source.id, 1)
  await refreshCards(tx, await tieWaitingTranslations(tx, row))
  await tell(tx, changeOfState[row.state], row, tagIds)
  return { outcome: 'created', row, content }
}

const changeOfState = {
  published: 'article.published',
  draft: 'article.drafted',
  withdrawn: 'article.withdrawn',
} as const

/** Everything of an input that has to be looked up, checked or derived before a row can be made of it. */
export async function draftOf(
  q: Queries,
  input: ArticleContent & { externalId?: string | null },
  known: { sourceLanguage: string | null; id?: string; content?: Content },
): Promise<Draft> {
  const content = known.content ?? contentOf(input.body, input.url)
  return {
    input,
    content,
    externalId: input.externalId ?? null,
    urlKey: urlKey(input.url),
    language: languageOf(input, content, known.sourceLanguage),
    original: await resolveOriginal(q, input.translationOf, known.id),
    tags: (await resolveTags(q, input.tags ?? [])).sort(bySlug),
  }
}

/** As `tagsOfArticles` orders them, so that a card is the same whichever way it was made. */
const bySlug = (a: { slug: string }, b: { slug: string }) => (a.slug < b.slug ? -1 : 1)

/** Puts these tags on an article, and answers the ids of all tags that this concerns. */
export function label(
  tx: Transaction,
  row: ArticleRow,
  tags: Draft['tags'],
  { isNew = false } = {},
): Promise<string[]> {
  const listed = row.state === 'published'
  return labelArticle(
    tx,
    { id: row.id, publishedAt: row.published_at, listed, isNew },
    tags.map((tag) => tag.id),
  )
}

/** Tells of a write to an article, to those too who follow its source, or one of the tags that it concerns. */
export function tell(tx: Transaction, type: ChangeType, row: ArticleRow, tagIds: string[]): Promise<void> {
  const { id, revision, source_id: sourceId } = row
  return recordChange(tx, { type, id, revision, sourceId, tagIds })
}

/** Takes a published article out of lists, search, related links and feeds; its page then tells the reason. Said again alike, it writes nothing. */
export async function withdrawArticle(
  tx: Transaction,
  input: Withdrawal & { id: string; accepted: number[] | undefined },
): Promise<ArticleRow> {
  const row = await requireArticle(tx, input.id, input.accepted)
  if (row.state === 'draft') throw new Failure('conflict', 'A draft was never published: delete it instead.')
  const { reason, note = null } = input
  if (row.state === 'withdrawn' && row.withdrawal_reason === reason && row.withdrawal_note === note)
    return row
  const next: ArticleRow = {
    ...row,
    state: 'withdrawn',
    withdrawn_at: row.withdrawn_at ?? tx.now,
    withdrawal_reason: reason,
    withdrawal_note: note,
  }
  return changeState(tx, row, next, 'article.withdrawn')
}

export async function restoreArticle(
  tx: Transaction,
  input: { id: string; accepted: number[] | undefined },
): Promise<ArticleRow> {
  const row = await requireArticle(tx, input.id, input.accepted)
  if (row.state !== 'withdrawn') throw new Failure('not-found', 'The article is not withdrawn.')
  const next: ArticleRow = {
    ...row,
    state: 'published',
    withdrawn_at: null,
    withdrawal_reason: null,
    withdrawal_note: null,
  }
  return changeState(tx, row, next, 'article.restored')
}

async function changeState(
  tx: Transaction,
  row: ArticleRow,
  next: ArticleRow,
  type: 'article.withdrawn' | 'article.restored',
): Promise<ArticleRow> {
  const tags = (await tagsOfArticles(tx, [row.id])).get(row.id) ?? []
  const source = await sourceOfArticles(tx, row.source_id)
  const written = { ...next, updated_at: tx.now, version: row.version + 1 }
  if (source) written.card = cardOf(written, source, tags, (await surroundingsOf(tx, [written])).get(row.id))
  await updateArticle(tx, written)
  const slugs = tags.map((tag) => tag.slug)
  const tagIds = await label(tx, written, await resolveTags(tx, slugs))
  if (next.state !== row.state) {
    await countArticle(tx, row.source_id, next.state === 'published' ? 1 : -1)
  }
  await tell(tx, type, written, tagIds)
  return written
}

/** Removes an article for good. Its tombstone keeps the same item from coming back by itself. */
export async function deleteArticle(
  tx: Transaction,
  input: { id: string; accepted: number[] | undefined },
): Promise<void> {
  const row = await requireArticle(tx, input.id, input.accepted)
  await insertTombstone(tx, row)
  const tagIds = await unlistArticle(tx, row.id)
  if (row.state === 'published') await countArticle(tx, row.source_id, -1)
  const translations = await clearOriginal(tx, row.id)
  const duplicates = await passOnDuplicates(tx, row.id)
  await unindexText(tx, row.id)
  await removeArticle(tx, row.id)
  await refreshCards(tx, [...translations.map((translation) => translation.id), ...duplicates])
  await tell(tx, 'article.deleted', row, tagIds)
}

/** The row, locked for this transaction; `not-found` or `gone` where there is none, `precondition-failed` where it changed. */
export async function requireArticle(
  tx: Transaction,
  id: string,
  accepted: number[] | undefined,
): Promise<ArticleRow> {
  const row = await findArticleForUpdate(tx, id)
  if (!row) throw await absence(tx, id)
  checkVersion(row.version, accepted)
  return row
}

/** Why there is no article under this id: it never was, or it was deleted. */
export async function absence(q: Queries, id: string): Promise<Failure> {
  const tombstone = await findTombstone(q, id)
  return tombstone ? goneForGood(tombstone) : new Failure('not-found', 'There is no article with this id.')
}

export function goneForGood(tombstone: { article_id: string; deleted_at: string }): Failure {
  return new Failure('gone', 'The article was deleted, and does not come back by itself.', {
    extensions: { articleId: tombstone.article_id, deletedAt: tombstone.deleted_at },
  })
}

/** What a withdrawn article answers instead of itself. */
export function withdrawnFailure(
  row: Pick<ArticleRow, 'withdrawal_reason' | 'withdrawal_note' | 'withdrawn_at'>,
): Failure {
  return new Failure('gone', `The article was withdrawn: ${row.withdrawal_reason}`, {
    extensions: { reason: row.withdrawal_reason, note: row.withdrawal_note, withdrawnAt: row.withdrawn_at },
  })
}

export async function identityTaken(q: Queries, sourceId: string, draft: Draft): Promise<Failure> {
  const { byExternalId, byAddress } = await findKnown(q, sourceId, draft.externalId, draft.urlKey)
  const taken = byExternalId ?? byAddress
  const what = byExternalId ? 'with this externalId' : 'at this URL'
  const path = byExternalId ? 'externalId' : 'url'
  return new Failure('conflict', `The source already has an article ${what}.`, {
    errors: [{ in: 'body', path, message: 'Is taken.' }],
    extensions: { articleId: taken?.id },
  })
}

/** The published ones of these articles as lists show them. */
export async function articlesByIds(q: Queries, ids: string[]): Promise<Map<string, Article>> {
  const rows = ids.length > 0 ? await listArticles(q, ids) : []
  const published = rows.filter((row) => row.state === 'published')
  return new Map(published.map((row) => [row.id, JSON.parse(row.card)]))
}

/** The article with its text as JSON of `ArticleDetail`, as its page and every write answer it. */
export function detailOf({ row, content }: Pick<Written, 'row' | 'content'>): string {
  const { html, text, toc } = content
  const rest = JSON.stringify({ body: { html, text }, toc } satisfies Partial<ArticleDetail>)
  // A card is an object that ends where these members follow.
  return `${row.card.slice(0, -1)},${rest.slice(1)}`
}
