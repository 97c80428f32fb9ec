import type { Article } from '../articles/article.ts'
import { requireArticle, withdrawnFailure } from '../articles/articles.ts'
import { concernOf } from '../articles/concern.ts'
import { recordChange } from '../changes/changes.ts'
import type { Queries, Transaction } from '../database/database.ts'
import { checkVersion } from '../http/preconditions.ts'
import { Failure, type FieldError, invalidField } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { urlKey } from '../shared/url.ts'
import { maxLinks, type NewRelatedLink, type RelatedLink, type RelatedLinkPatch } from './link.ts'
import { arrange, closeGaps, makeRoom } from './places.ts'
import { findComputed, refuseComputed } from './relating/removal.ts'
import {
  findLink,
  findListVersion,
  findTarget,
  incrementListVersion,
  insertLink,
  type LinkRow,
  type LinkView,
  listEditorial,
  removeLink,
  updateLink,
} from './store.ts'

type Accepted = { accepted: number[] | undefined }
type LinkPath = { articleId: string; linkId: string }
type Target = Pick<LinkRow, 'target_article_id' | 'target_url' | 'target_title'>

/** Adds a link at its place; those who stood there move on. Editorial links of one kind have different targets: `conflict`. */
export async function addLink(tx: Transaction, articleId: string, input: NewRelatedLink): Promise<LinkView> {
  await lockArticle(tx, articleId)
  const { kind, origin, note = null } = input
  const target = await targetOf(tx, articleId, input)
  if (origin === 'editorial') await refuseSameTarget(tx, { ...target, article_id: articleId, kind, id: '' })
  const link = newLink(tx, articleId, kind, origin)
  const { id } = link
  const { position, moved } = await makeRoom(tx, link, input.position)
  await insertLink(tx, { ...link, ...target, position, note })
  const row = (await findLink(tx, articleId, id)) as LinkView
  await incrementListVersion(tx, articleId)
  await recordLinks(tx, articleId, [['link.created', id], ...updatesOf(moved)])
  return row
}

function newLink(tx: Transaction, articleId: string, kind: LinkRow['kind'], origin: LinkRow['origin']) {
  const times = { created_at: tx.now, updated_at: tx.now }
  return {
    id: newId(),
    article_id: articleId,
    kind,
    origin,
    note: null,
    score: null,
    reasons: '[]',
    version: 1,
    ...times,
  }
}

/**
 * Keeps what the page of a new article lists as related, in its order. The change log tells of the article in the same
 * transaction, and of these links as part of it.
 */
export async function addPageLinks(
  tx: Transaction,
  articleId: string,
  links: { url: string; title: string }[],
): Promise<void> {
  for (const [position, { url, title }] of links.slice(0, maxLinks).entries())
    await insertLink(tx, {
      ...newLink(tx, articleId, 'related', 'sourcePage'),
      position,
      target_article_id: null,
      target_url: url,
      target_title: title,
    })
  await incrementListVersion(tx, articleId)
}

/** Changes what the patch names; nothing is written where that is as it was. */
export async function changeLink(
  tx: Transaction,
  { articleId, linkId, accepted, patch }: LinkPath & Accepted & { patch: RelatedLinkPatch },
): Promise<LinkView> {
  const row = await requireLink(tx, { articleId, linkId, accepted })
  if (!isVisible(row, true)) throw noSuchLink()
  if (row.origin === 'computed') throw computedFailure()
  const next = { ...row, ...changesOf(row, patch) }
  if (row.origin === 'editorial' && next.kind !== row.kind) await refuseSameTarget(tx, next)
  const { moved } = patch.position === undefined ? { moved: [] } : await makeRoom(tx, row, patch.position)
  const same = next.kind === row.kind && next.note === row.note && next.target_title === row.target_title
  if (!same) await updateLink(tx, next)
  const changed = new Set(same ? moved : [linkId, ...moved])
  if (changed.size === 0) return row
  const written = (await findLink(tx, articleId, linkId)) as LinkView
  await incrementListVersion(tx, articleId)
  await recordLinks(tx, articleId, updatesOf(changed))
  return written
}

/** Removes a link. A computed one stays as a hidden row, so that it never returns. */
export async function dropLink(tx: Transaction, input: LinkPath & Accepted): Promise<void> {
  const row = await requireLink(tx, input)
  const { id, article_id, origin } = row
  if (row.origin === 'computed') await refuseComputed(tx, row)
  else await removeLink(tx, id)
  const moved = row.origin === 'computed' ? [] : await closeGaps(tx, article_id, origin)
  await incrementListVersion(tx, article_id)
  await recordLinks(tx, article_id, [['link.deleted', id], ...updatesOf(moved)])
}

/** Puts the editorial links in this order. Those that are hidden need no mention, and then stand at the end. */
export async function orderLinks(
  tx: Transaction,
  { articleId, order, accepted }: Accepted & { articleId: string; order: string[] },
): Promise<number> {
  await lockArticle(tx, articleId)
  checkVersion(await findListVersion(tx, articleId), accepted)
  const before = await listEditorial(tx, articleId)
  refuseOtherLinks(before, order)
  const unnamed = before.map((link) => link.id).filter((id) => !order.includes(id))
  const moved = await arrange(tx, before, [...order, ...unnamed])
  if (moved.length > 0) await incrementListVersion(tx, articleId)
  await recordLinks(tx, articleId, updatesOf(moved))
  return findListVersion(tx, articleId)
}

/** Locks the article, behind which all writes to its links queue; `gone` for one that is withdrawn. */
async function lockArticle(tx: Transaction, articleId: string): Promise<void> {
  const article = await requireArticle(tx, articleId, undefined)
  if (article.state === 'withdrawn') throw withdrawnFailure(article)
}

async function requireLink(
  tx: Transaction,
  { articleId, linkId, accepted }: LinkPath & Accepted,
): Promise<LinkView> {
  await lockArticle(tx, articleId)
  const row = await findAnyLink(tx, articleId, linkId)
  if (!row) throw noSuchLink()
  checkVersion(row.version, accepted)
  return row
}

/** A link that is kept, or one that is computed. */
export async function findAnyLink(
  q: Queries,
  articleId: string,
  linkId: string,
): Promise<LinkView | undefined> {
  return (await findLink(q, articleId, linkId)) ?? (await findComputed(q, articleId, linkId))
}

function computedFailure(): Failure {
  return new Failure(
    'conflict',
    'A computed link is not changed. Add an editorial link to its target, which then stands in its place, or remove it.',
  )
}

export function noSuchLink(): Failure {
  return new Failure('not-found', 'The article has no such link.')
}

/** Whether a link is shown: never to what is withdrawn, and to a draft only for who has a key. */
export function isVisible(row: LinkView, hasKey: boolean): boolean {
  if (row.target_article_id === null) return true
  return row.target_state === 'published' || (hasKey && row.target_state === 'draft')
}

async function targetOf(tx: Transaction, articleId: string, input: NewRelatedLink): Promise<Target> {
  const { articleId: targetId, url = null, title } = input.target
  if (targetId === undefined) {
    if (title === undefined) throw invalidField('target', 'Expected { articleId } or { url, title }.')
    if (url === null && input.origin === 'editorial') {
      throw invalidField('target.url', 'Expected an address: a reader follows an editorial link.')
    }
    return { target_article_id: null, target_url: url, target_title: title }
  }
  if (url !== null || title !== undefined) {
    throw invalidField('target', 'Expected either { articleId } or { url, title }: an article has its own.')
  }
  if (targetId === articleId) throw invalidField('target.articleId', 'An article is not related to itself.')
  const target = await findTarget(tx, targetId)
  if (!target) throw invalidField('target.articleId', 'There is no such article.')
  if (target.state === 'withdrawn') throw invalidField('target.articleId', 'The article is withdrawn.')
  return { target_article_id: targetId, target_url: null, target_title: null }
}

async function refuseSameTarget(
  tx: Transaction,
  link: Target & Pick<LinkRow, 'id' | 'article_id' | 'kind'>,
): Promise<void> {
  const others = await listEditorial(tx, link.article_id)
  const same = others.find(
    (other) => other.id !== link.id && other.kind === link.kind && targetKey(other) === targetKey(link),
  )
  if (!same) return
  throw new Failure('conflict', 'The article has an editorial link of this kind to this target.', {
    extensions: { linkId: same.id },
  })
}

function targetKey({ target_article_id, target_url }: Target): string {
  return target_article_id ?? (target_url === null ? '' : urlKey(target_url))
}

/** What a patch makes of a row; places are another matter. */
function changesOf(row: LinkView, { kind, note, target }: RelatedLinkPatch) {
  if (target && row.target_article_id !== null) {
    throw invalidField('target.title', 'The target is an article, which has its own title.')
  }
  return {
    ...(kind !== undefined && { kind }),
    ...(note !== undefined && { note }),
    ...(target && { target_title: target.title }),
  }
}

type LinkChange = ['link.created' | 'link.updated' | 'link.deleted', id: string]

const updatesOf = (ids: Iterable<string>): LinkChange[] => [...ids].map((id) => ['link.updated', id])

/** Tells of links, as matters of their article. */
async function recordLinks(tx: Transaction, articleId: string, changes: LinkChange[]): Promise<void> {
  if (changes.length === 0) return
  const concern = await concernOf(tx, articleId)
  for (const [type, id] of changes) await recordChange(tx, { type, id, ...concern })
}

function refuseOtherLinks(links: LinkView[], order: string[]): void {
  const known = new Set(links.map((link) => link.id))
  const foreign = order.flatMap((id, index): FieldError[] => {
    const path = `order.${index}`
    if (!known.has(id)) {
      return [{ in: 'body', path, message: `${id} is no editorial link of this article.` }]
    }
    return order.indexOf(id) < index ? [{ in: 'body', path, message: `${id} is named twice.` }] : []
  })
  const missing = links
    .filter((link) => !order.includes(link.id) && isVisible(link, false))
    .map(({ id }): FieldError => ({ in: 'body', path: 'order', message: `${id} is missing.` }))
  const errors = [...foreign, ...missing]
  if (errors.length === 0) return
  throw new Failure('validation-failed', errors.map((error) => error.message).join(' '), { errors })
}

/** A link as it is served. */
export function linkOf(row: LinkView): RelatedLink {
  return {
    id: row.id,
    kind: row.kind,
    origin: row.origin,
    position: row.position,
    score: row.score,
    reasons: JSON.parse(row.reasons),
    note: row.note,
    target:
      row.card === null
        ? { url: row.target_url, title: row.target_title ?? '' }
        : { article: JSON.parse(row.card) as Article },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
