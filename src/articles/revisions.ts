import type { Transaction } from '../database/database.ts'
import { invalidInput } from '../http/field-errors.ts'
import { Failure } from '../shared/failure.ts'
import { mergePatch } from '../shared/merge-patch.ts'
import { urlKey } from '../shared/url.ts'
import { countArticle } from '../sources/sources.ts'
import { reindexText } from '../text-index/text-index.ts'
import { ArticleContent, type ArticlePatch, type NewArticle, type RevisionContent } from './article.ts'
import {
  createArticle,
  draftOf,
  goneForGood,
  identityTaken,
  label,
  requireArticle,
  tell,
  type Written,
  withdrawnFailure,
} from './articles.ts'
import { sourceOfArticles } from './card-sources.ts'
import { cardOf } from './cards.ts'
import type { Content } from './content.ts'
import { slugsOf, snapshot } from './history.ts'
import { keepAddresses, keepAuthors } from './identity.ts'
import { searchedOf } from './indexing.ts'
import { contentColumns, type Draft } from './rows.ts'
import {
  type ArticleRow,
  type BodyRow,
  findBody,
  findKnown,
  insertRevision,
  type Known,
  updateArticle,
  upsertBody,
} from './store.ts'
import { surroundingsOf } from './surroundings.ts'

type Source = NonNullable<Awaited<ReturnType<typeof sourceOfArticles>>>
export type Editable = ArticleContent & { externalId?: string | null }

/** Applies a merge patch (RFC 7396). `body` and `translationOf` are replaced whole: their members stand for one another. */
export async function patchArticle(
  tx: Transaction,
  input: { id: string; patch: ArticlePatch; accepted: number[] | undefined },
): Promise<Written> {
  const row = await requireArticle(tx, input.id, input.accepted)
  const tags = await slugsOf(tx, row.id)
  const { body, translationOf: original, externalId, ...patch } = input.patch
  const merged = mergePatch(editableOf(row, tags), patch) as Record<string, unknown>
  if (original !== undefined) merged.translationOf = original
  if (body !== undefined) merged.body = body
  const checked = ArticleContent.safeParse(merged)
  if (!checked.success) throw invalidInput(checked.error, 'body')
  const next: Editable = {
    ...checked.data,
    externalId: externalId === undefined ? row.external_id : externalId,
  }
  return reviseArticle(tx, row, next, { keepBody: body === undefined })
}

type Upsert = NewArticle & { accepted?: number[]; createOnly?: boolean; content?: Content | undefined }

/**
 * The way for a partner to push: makes the article of this external id, or brings it up to date; an unchanged one costs no
 * write. An article that came without an external id is taken over by its address. Tags stay where none are sent. `content` is
 * what the caller has made of the body.
 */
export async function upsertArticle(tx: Transaction, input: Upsert): Promise<Written> {
  const { accepted, createOnly, content: made, ...article } = input
  const known = await findKnown(tx, article.sourceId, article.externalId ?? null, urlKey(article.url))
  if (known.deleted) throw goneForGood(known.deleted)
  const id = sameItem(article, known)
  if (id === undefined) {
    if (accepted)
      throw new Failure('precondition-failed', 'There is no such article yet, so no version of it matches.')
    return createUnlessMade(tx, input, known)
  }
  if (createOnly)
    throw new Failure('precondition-failed', 'The article exists already.', { extensions: { articleId: id } })
  const row = await requireArticle(tx, id, accepted)
  const { sourceId: _, ...content } = article
  const next = {
    ...content,
    externalId: article.externalId ?? row.external_id,
    tags: article.tags ?? (await slugsOf(tx, id)),
  }
  return reviseArticle(tx, row, next, { content: made })
}

/** Where writers do not wait for each other, another may make the article in between: then it is brought up to date. */
async function createUnlessMade(tx: Transaction, input: Upsert, known: Known): Promise<Written> {
  const { accepted: _, createOnly: __, content, ...article } = input
  try {
    return await createArticle(tx, article, { known, content })
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'conflict') throw error
    const now = await findKnown(tx, article.sourceId, article.externalId ?? null, urlKey(article.url))
    if (sameItem(article, now) === undefined) throw error
    return upsertArticle(tx, input)
  }
}

/**
 * Brings an article up to date with what its feed says of it now. Its identity stays, and so do its tags and its time of
 * publishing: feeds give known items other ids and new times, and editors give them tags.
 */
export async function renewArticle(
  tx: Transaction,
  input: { id: string; article: ArticleContent; content: Content | undefined },
): Promise<Written> {
  const { id, article, content } = input
  const row = await requireArticle(tx, id, undefined)
  const { external_id: externalId, published_at: publishedAt } = row
  const next = { ...article, externalId, publishedAt, tags: await slugsOf(tx, id) }
  return reviseArticle(tx, row, next, { content })
}

/** Another external id at the same address is another item: creating it then tells of the conflict. */
export function sameItem(
  article: Pick<NewArticle, 'externalId'>,
  { byExternalId, byAddress }: Pick<Known, 'byExternalId' | 'byAddress'>,
): string | undefined {
  if (byExternalId) return byExternalId.id
  return byAddress && (!article.externalId || byAddress.external_id === null) ? byAddress.id : undefined
}

/** Writes `next` over the article where it differs, keeping what it was as a former revision. */
export async function reviseArticle(
  tx: Transaction,
  row: ArticleRow,
  next: Editable,
  { keepBody = false, content: made }: { keepBody?: boolean; content?: Content | undefined },
): Promise<Written> {
  if (row.state === 'withdrawn') throw withdrawnFailure(row)
  if (row.state === 'published' && next.state === 'draft') {
    throw new Failure('conflict', 'A published article is withdrawn, not made a draft again.')
  }
  const body = (await findBody(tx, row.id)) ?? { html: '', text: '', toc: '[]' }
  const content = keepBody ? contentFrom(row, body) : made
  const source = await sourceOfArticles(tx, row.source_id)
  if (!source) throw new Error(`Article ${row.id} has lost its source.`)
  const draft = await draftOf(tx, next, {
    id: row.id,
    sourceLanguage: source.language,
    ...(content && { content }),
  })
  const before = snapshot(row, await slugsOf(tx, row.id), body.html)
  const columns = { ...row, ...contentColumns(draft), state: next.state ?? row.state }
  const after = snapshot(
    columns,
    draft.tags.map((tag) => tag.slug),
    draft.content.html,
  )
  if (same(before, after) && columns.state === row.state) {
    return { outcome: 'unchanged', row, content: contentFrom(row, body) }
  }
  const written = await writeRevision(tx, row, columns, draft, source, { before, after })
  return { outcome: 'updated', row: written, content: draft.content }
}

async function writeRevision(
  tx: Transaction,
  row: ArticleRow,
  columns: ArticleRow,
  draft: Draft,
  source: Source,
  { before, after }: { before: RevisionContent; after: RevisionContent },
): Promise<ArticleRow> {
  await refuseTakenIdentity(tx, row, draft)
  const published = row.state === 'draft' && columns.state === 'published'
  const contentChanged = !same(
    { ...before, tags: [], externalId: null },
    { ...after, tags: [], externalId: null },
  )
  const written: ArticleRow = {
    ...columns,
    // Readers see what is published now for the first time.
    content_changed_at: published || contentChanged ? tx.now : row.content_changed_at,
    updated_at: tx.now,
    revision: row.revision + 1,
    revised_at: tx.now,
    version: row.version + 1,
  }
  const surroundings = await surroundingsOf(tx, [written])
  written.card = cardOf(written, source, draft.tags, surroundings.get(row.id))
  await insertRevision(tx, row.id, row.revision, row.revised_at, JSON.stringify(before))
  await updateArticle(tx, written)
  const { html, text, toc } = draft.content
  if (before.body.html !== html) await upsertBody(tx, row.id, { html, text, toc: JSON.stringify(toc) })
  if (!same(searchedOf(row, before.body.html), searchedOf(written, html)))
    await reindexText(tx, searchedOf(written, text))
  await keepAddresses(tx, written, row)
  await keepAuthors(tx, written, false)
  const tagIds = await label(tx, written, draft.tags)
  if (published) await countArticle(tx, row.source_id, 1)
  const type = published
    ? 'article.published'
    : written.state === 'draft'
      ? 'article.drafted'
      : 'article.revised'
  await tell(tx, type, written, tagIds)
  return written
}

async function refuseTakenIdentity(tx: Transaction, row: ArticleRow, draft: Draft) {
  const { byExternalId, byAddress } = await findKnown(tx, row.source_id, draft.externalId, draft.urlKey)
  if ([byExternalId, byAddress].some((other) => other && other.id !== row.id)) {
    throw await identityTaken(tx, row.source_id, draft)
  }
}

function editableOf(row: ArticleRow, tags: string[]): Record<string, unknown> {
  const { body: _, externalId: __, translationOf: original, ...editable } = snapshot(row, tags, '')
  return { ...editable, translationOf: original && withoutNulls(original) }
}

const withoutNulls = (members: object) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))

function contentFrom(row: ArticleRow, body: BodyRow): Content {
  const { html, text, toc } = body
  return { html, text, toc: JSON.parse(toc), wordCount: row.word_count, readingMinutes: row.reading_minutes }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
