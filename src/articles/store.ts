import type { Queries, Transaction } from '../database/database.ts'
import { empty, join, sql } from '../database/sql.ts'

/** A row of `article`: JSON members as text. */
export type ArticleRow = {
  id: string
  source_id: string
  external_id: string | null
  url: string
  url_key: string
  canonical_url: string | null
  title: string
  summary: string | null
  language: string
  authors: string
  image_url: string | null
  published_at: string
  first_seen_at: string
  content_changed_at: string
  updated_at: string
  word_count: number
  reading_minutes: number
  attribution: string | null
  translation_of_id: string | null
  translation_of_url: string | null
  translation_of_key: string | null
  translation_of_language: string | null
  translation_of_method: string | null
  story_id: string | null
  duplicate_of_id: string | null
  duplicate_score: number | null
  found_original_id: string | null
  found_original_score: number | null
  story_fixed_at: string | null
  state: 'draft' | 'published' | 'withdrawn'
  withdrawn_at: string | null
  withdrawal_reason: string | null
  withdrawal_note: string | null
  revision: number
  revised_at: string
  version: number
  card: string
}

export type BodyRow = { html: string; text: string; toc: string }
export type UrlRole = 'own' | 'former' | 'canonical'
export type Tombstone = { article_id: string; deleted_at: string }

const all = sql`id, source_id, external_id, url, url_key, canonical_url, title, summary, language, authors, image_url, published_at,
  first_seen_at, content_changed_at, updated_at, word_count, reading_minutes, attribution, translation_of_id,
  translation_of_url, translation_of_key, translation_of_language, translation_of_method, story_id, duplicate_of_id,
  duplicate_score, found_original_id, found_original_score, story_fixed_at, state, withdrawn_at, withdrawal_reason,
  withdrawal_note, revision, revised_at, version, card`

export function findArticle(q: Queries, id: string) {
  return q.one<ArticleRow>(sql`select ${all} from article where id = ${id}`)
}

export function findArticleForUpdate(tx: Transaction, id: string) {
  return tx.one<ArticleRow>(sql`select ${all} from article where id = ${id} ${tx.dialect.forUpdate}`)
}

export function listArticles(q: Queries, ids: string[]) {
  return q.all<ArticleRow>(sql`select ${all} from article where id in (${join(ids)})`)
}

/** The same, locked: a card made of these rows is not made of what another writer is about to change. */
export function listArticlesForUpdate(tx: Transaction, ids: string[]) {
  return tx.all<ArticleRow>(
    sql`select ${all} from article where id in (${join(ids)}) order by id ${tx.dialect.forUpdate}`,
  )
}

/** The cards of these articles, in no order. */
export function listCardsOf(q: Queries, ids: string[]) {
  return q.all<{ id: string; card: Uint8Array }>(
    sql`select a.id, ${q.dialect.bytes(sql`a.card`)} as card from article a where a.id in (${join(ids)})`,
  )
}

/** What a source has, or had, under an external id and at an address, and under an id, if one was asked for. */
export type Known = {
  deleted: Tombstone | undefined
  byId: { id: string } | undefined
  /** Another source has an article of this id. */
  isIdTaken: boolean
  byExternalId: { id: string; external_id: string | null } | undefined
  byAddress: { id: string; external_id: string | null } | undefined
}

/** In one statement, since every import of an article asks it. */
export async function findKnown(
  q: Queries,
  sourceId: string,
  externalId: string | null,
  urlKey: string,
  articleId?: string,
): Promise<Known> {
  type Found = {
    as: 'deleted' | 'externalId' | 'address' | 'id' | 'taken'
    id: string
    external_id: string | null
    at: string
  }
  const underId =
    articleId === undefined
      ? empty
      : sql`union all select case when source_id = ${sourceId} then 'id' else 'taken' end, id, external_id, updated_at
    from article where id = ${articleId}
    union all select 'deleted', article_id, external_id, deleted_at from article_tombstone
    where article_id = ${articleId}`
  const found = await q.all<Found>(sql`
    select 'address' as "as", id, external_id, updated_at as at from article
    where source_id = ${sourceId} and url_key = ${urlKey}
    union all select 'externalId', id, external_id, updated_at from article
    where source_id = ${sourceId} and external_id = ${externalId}
    union all select 'deleted', article_id, external_id, deleted_at from article_tombstone
    where source_id = ${sourceId} and url_key = ${urlKey}
    union all select 'deleted', article_id, external_id, deleted_at from article_tombstone
    where source_id = ${sourceId} and external_id = ${externalId}
    ${underId}`)
  const one = (as: Found['as']) => found.find((row) => row.as === as)
  const deleted = one('deleted')
  return {
    deleted: deleted && { article_id: deleted.id, deleted_at: deleted.at },
    byId: one('id'),
    isIdTaken: one('taken') !== undefined,
    byExternalId: one('externalId'),
    byAddress: one('address'),
  }
}

/** What an article's own page shows and no more: one row, the article with its text as bytes of JSON ready to send. */
export function findView(q: Queries, id: string) {
  const { bytes, jsonText } = q.dialect
  // A card is an object that ends where these members follow.
  const whole = sql`substr(a.card, 1, length(a.card) - 1) || ',"body":{"html":' || ${jsonText(sql`coalesce(b.html, '')`)}
    || ',"text":' || ${jsonText(sql`coalesce(b.text, '')`)} || '},"toc":' || coalesce(b.toc, '[]') || '}'`
  return q.one<{
    state: ArticleRow['state']
    version: number
    json: Buffer
    withdrawal_reason: string | null
    withdrawal_note: string | null
    withdrawn_at: string | null
  }>(sql`
    select a.state, a.version, ${bytes(whole)} as json, a.withdrawal_reason, a.withdrawal_note, a.withdrawn_at
    from article a left join article_body b on b.article_id = a.id
    where a.id = ${id}`)
}

/** Adds the row; answers false where its source already has an article of the same address or external id. */
export async function insertArticle(tx: Transaction, row: ArticleRow): Promise<boolean> {
  const inserted = await tx.run(sql`
    insert into article (${all}) values (${join([
      row.id,
      row.source_id,
      row.external_id,
      row.url,
      row.url_key,
      row.canonical_url,
      row.title,
      row.summary,
      row.language,
      row.authors,
      row.image_url,
      row.published_at,
      row.first_seen_at,
      row.content_changed_at,
      row.updated_at,
      row.word_count,
      row.reading_minutes,
      row.attribution,
      row.translation_of_id,
      row.translation_of_url,
      row.translation_of_key,
      row.translation_of_language,
      row.translation_of_method,
      row.story_id,
      row.duplicate_of_id,
      row.duplicate_score,
      row.found_original_id,
      row.found_original_score,
      row.story_fixed_at,
      row.state,
      row.withdrawn_at,
      row.withdrawal_reason,
      row.withdrawal_note,
      row.revision,
      row.revised_at,
      row.version,
      row.card,
    ])}) on conflict do nothing`)
  return inserted === 1
}

/** Writes every column but the identity and what was found out about the article. */
export function updateArticle(tx: Transaction, row: ArticleRow) {
  return tx.run(sql`
    update article set external_id = ${row.external_id}, url = ${row.url}, url_key = ${row.url_key},
      canonical_url = ${row.canonical_url}, title = ${row.title}, summary = ${row.summary}, language = ${row.language},
      authors = ${row.authors}, image_url = ${row.image_url}, published_at = ${row.published_at},
      content_changed_at = ${row.content_changed_at}, updated_at = ${row.updated_at}, word_count = ${row.word_count},
      reading_minutes = ${row.reading_minutes}, attribution = ${row.attribution},
      translation_of_id = ${row.translation_of_id}, translation_of_url = ${row.translation_of_url},
      translation_of_key = ${row.translation_of_key}, translation_of_language = ${row.translation_of_language},
      translation_of_method = ${row.translation_of_method}, state = ${row.state}, withdrawn_at = ${row.withdrawn_at},
      withdrawal_reason = ${row.withdrawal_reason}, withdrawal_note = ${row.withdrawal_note}, revision = ${row.revision},
      revised_at = ${row.revised_at}, version = ${row.version}, card = ${row.card}
    where id = ${row.id}`)
}

/** A card that shows something new about its surroundings: the article's own times and revision stay. */
export function updateCard(tx: Transaction, id: string, card: string) {
  return tx.run(sql`update article set card = ${card}, version = version + 1 where id = ${id}`)
}

/** Why these articles were withdrawn. */
export function listWithdrawals(q: Queries, ids: string[]) {
  return q.all<{
    id: string
    withdrawn_at: string
    withdrawal_reason: string
    withdrawal_note: string | null
  }>(sql`
    select id, withdrawn_at, withdrawal_reason, withdrawal_note from article
    where id in (${join(ids)}) and state = 'withdrawn'`)
}

export function removeArticle(tx: Transaction, id: string) {
  return tx.run(sql`delete from article where id = ${id}`)
}

export function findBody(q: Queries, id: string) {
  return q.one<BodyRow>(sql`select html, text, toc from article_body where article_id = ${id}`)
}

export function listBodies(q: Queries, ids: string[]) {
  return q.all<BodyRow & { article_id: string }>(
    sql`select article_id, html, text, toc from article_body where article_id in (${join(ids)})`,
  )
}

export function upsertBody(tx: Transaction, id: string, body: BodyRow) {
  return tx.run(sql`
    insert into article_body (article_id, html, text, toc) values (${id}, ${body.html}, ${body.text}, ${body.toc})
    on conflict (article_id) do update set html = excluded.html, text = excluded.text, toc = excluded.toc`)
}

/** The best-founded article at any of these keys: at its own address before a former or a canonical one, the oldest first. */
export function findByUrlKeys(q: Queries, keys: string[]) {
  return q.one<{ id: string }>(sql`
    select u.article_id as id from article_url u join article a on a.id = u.article_id
    where u.url_key in (${join(keys)}) and a.state <> 'draft'
    order by case u.role when 'own' then 0 when 'former' then 1 else 2 end, a.published_at, a.id
    limit 1`)
}

export function insertUrl(tx: Transaction, id: string, urlKey: string, role: UrlRole) {
  return tx.run(sql`
    insert into article_url (url_key, article_id, role) values (${urlKey}, ${id}, ${role})
    on conflict (url_key, article_id) do update set role = excluded.role`)
}

export function removeUrls(tx: Transaction, id: string, role: UrlRole) {
  return tx.run(sql`delete from article_url where article_id = ${id} and role = ${role}`)
}

export function demoteUrl(tx: Transaction, id: string) {
  return tx.run(sql`update article_url set role = 'former' where article_id = ${id} and role = 'own'`)
}

export async function replaceAuthors(
  tx: Transaction,
  id: string,
  publishedAt: string,
  keys: string[],
  fresh: boolean,
) {
  if (!fresh) await tx.run(sql`delete from article_author where article_id = ${id}`)
  if (keys.length === 0) return
  const rows = keys.map((key) => sql`(${key}, ${publishedAt}, ${id})`)
  await tx.run(sql`insert into article_author (author_key, published_at, article_id) values ${join(rows)}`)
}

export function insertRevision(tx: Transaction, id: string, revision: number, at: string, content: string) {
  return tx.run(sql`
    insert into article_revision (article_id, revision, at, content) values (${id}, ${revision}, ${at}, ${content})`)
}

export function findRevision(q: Queries, id: string, revision: number) {
  return q.one<{ revision: number; at: string; content: string }>(
    sql`select revision, at, content from article_revision where article_id = ${id} and revision = ${revision}`,
  )
}

/** Former revisions, newest first. */
export function listRevisions(q: Queries, id: string, before: number, limit: number) {
  return q.all<{ revision: number; at: string; content: string }>(sql`
    select revision, at, content from article_revision
    where article_id = ${id} and revision < ${before} order by revision desc limit ${limit}`)
}

export function insertTombstone(tx: Transaction, row: ArticleRow) {
  return tx.run(sql`
    insert into article_tombstone (article_id, source_id, external_id, url_key, story_id, deleted_at)
    values (${row.id}, ${row.source_id}, ${row.external_id}, ${row.url_key}, ${row.story_id}, ${tx.now})`)
}

export function findTombstone(q: Queries, id: string) {
  return q.one<Tombstone>(sql`select article_id, deleted_at from article_tombstone where article_id = ${id}`)
}

/** Articles that name this address, or this id, as their original while it was not here. */
export function listWaitingTranslations(q: Queries, { id, url_key }: Pick<ArticleRow, 'id' | 'url_key'>) {
  return q.all<{ id: string }>(sql`
    select id from article where translation_of_key = ${url_key} and translation_of_id is null
    union select a.id from awaited_original w join article a on a.id = w.article_id
    where w.original_id = ${id} and a.translation_of_id is null and a.translation_of_url = w.url`)
}

/** Keeps the id that an article names as its original while nothing is there under it. */
export function upsertAwaitedOriginal(tx: Transaction, id: string, original: { id: string; url: string }) {
  return tx.run(sql`
    insert into awaited_original (article_id, original_id, url) values (${id}, ${original.id}, ${original.url})
    on conflict (article_id) do update set original_id = excluded.original_id, url = excluded.url`)
}

export function updateOriginal(tx: Transaction, ids: string[], originalId: string) {
  return tx.run(sql`
    update article set translation_of_id = ${originalId} where id in (${join(ids)}) and id <> ${originalId}`)
}

/** Forgets an original that goes; answers the articles that named it, or were found to be translated from it. */
export async function clearOriginal(tx: Transaction, originalId: string) {
  const translations = await tx.all<{ id: string }>(sql`
    update article set translation_of_id = null where translation_of_id = ${originalId} returning id`)
  const found = await tx.all<{ id: string }>(sql`
    update article set found_original_id = null, found_original_score = null
    where found_original_id = ${originalId} returning id`)
  return [...translations, ...found]
}

/** Articles by id with what is searched of them, and the version of the terms by which they are in the index, if they are. */
/** The next articles by id. */
export function listArticlesBehind(q: Queries, after: string, limit: number) {
  return q.all<ArticleRow>(sql`select ${all} from article where id > ${after} order by id limit ${limit}`)
}

export function listForIndex(q: Queries, after: string, limit: number) {
  return q.all<{
    id: string
    published_at: string
    title: string
    summary: string | null
    text: string | null
    terms_version: number | null
  }>(sql`
    select a.id, a.published_at, a.title, a.summary, b.text, e.terms_version
    from article a left join article_body b on b.article_id = a.id left join text_entry e on e.article_id = a.id
    where a.id > ${after} order by a.id limit ${limit}`)
}

export async function countAll(q: Queries): Promise<number> {
  const row = await q.one<{ count: number }>(sql`select count(*) as count from article`)
  return row?.count ?? 0
}
