import type { Transaction } from '../database/database.ts'
import type { Scope } from '../http/access.ts'
import { Failure } from '../shared/failure.ts'
import { newId } from '../shared/ids.ts'
import { urlKey } from '../shared/url.ts'
import { addSource, findSource } from '../sources/sources.ts'
import { addTag, findTagIds } from '../tags/tags.ts'
import type { Article } from './article.ts'
import {
  createArticle,
  goneForGood,
  requireArticle,
  type Written,
  withdrawArticle,
  withdrawnFailure,
} from './articles.ts'
import { attributionOf } from './attribution.ts'
import { type Content, contentOfCopy } from './content.ts'
import type { ExportedLine } from './exported.ts'
import { type Editable, reviseArticle, sameItem } from './revisions.ts'
import { type ArticleRow, findArticle, findBody, findKnown, upsertAwaitedOriginal } from './store.ts'

type MayUse = (scope: Scope) => boolean
type Source = NonNullable<Awaited<ReturnType<typeof findSource>>>

/**
 * Takes an article as it was exported, here or from another newsroom: under its id where that is free, with its state and its
 * times. A source and tags that are missing are made, for whoever may. One that is here already is brought up to date. `made` is what
 * the caller has made of the body.
 */
export async function copyArticle(
  tx: Transaction,
  line: ExportedLine,
  { mayUse, content: made }: { mayUse: MayUse; content: Content | undefined },
): Promise<Written> {
  const source = await sourceOf(tx, line, mayUse)
  await makeTags(tx, line.tags, mayUse)
  const externalId = line.externalId ?? null
  const known = await findKnown(tx, source.id, externalId, urlKey(line.url), line.id)
  if (known.deleted) throw goneForGood(known.deleted)
  const { translationOf, awaited } = await originalOf(tx, line)
  const editable = { ...editableOf(line), translationOf }
  const id = known.byId?.id ?? sameItem({ externalId }, known)
  const content = () => made ?? contentOfCopy(line.body, line.url)
  const written =
    id === undefined
      ? await createCopy(tx, line, { source, editable, content, known })
      : await reviseCopy(tx, line, { id, source, editable, content })
  if (awaited) await upsertAwaitedOriginal(tx, written.row.id, awaited)
  return written
}

/** What the line says of the article itself, as a body of `createArticle` would. */
function editableOf(line: ExportedLine): Editable {
  const { url, canonicalUrl, title, summary, language, authors, imageUrl, publishedAt, externalId } = line
  return {
    ...{ url, canonicalUrl, title, summary, language, authors, imageUrl, publishedAt },
    externalId: externalId ?? null,
    tags: line.tags.map(({ slug }) => slug),
    // A withdrawal is written on its own.
    state: line.state === 'draft' ? 'draft' : 'published',
  }
}

type Copy = { source: Source; editable: Editable; content: () => Content }

function createCopy(
  tx: Transaction,
  line: ExportedLine,
  { source, editable, content, known }: Copy & { known: Awaited<ReturnType<typeof findKnown>> },
): Promise<Written> {
  const { state, withdrawal, firstSeenAt, contentChangedAt } = line
  const columns: Partial<ArticleRow> = {
    id: known.isIdTaken ? newId() : line.id,
    state,
    first_seen_at: firstSeenAt,
    content_changed_at: contentChangedAt,
    ...(state === 'withdrawn' && {
      withdrawn_at: withdrawal?.withdrawnAt ?? tx.now,
      withdrawal_reason: withdrawal?.reason ?? reasonUnknown,
      withdrawal_note: withdrawal?.note ?? null,
    }),
  }
  const attribution = ownAttribution(line, source)
  const input = { ...editable, attribution, sourceId: source.id }
  return createArticle(tx, input, { known, content: content(), columns })
}

const reasonUnknown = 'unknown'

async function reviseCopy(
  tx: Transaction,
  line: ExportedLine,
  { id, source, editable, content }: Copy & { id: string },
): Promise<Written> {
  const row = await requireArticle(tx, id, undefined)
  const body = await findBody(tx, id)
  const isSame = body?.html === line.body.html
  if (row.state === 'withdrawn') {
    if (line.state !== 'withdrawn') throw withdrawnFailure(row)
    return rewithdraw(tx, line, { outcome: 'unchanged', row, content: content() })
  }
  const shown = (JSON.parse(row.card) as Article).attribution
  const attribution = same(shown, line.attribution)
    ? row.attribution && JSON.parse(row.attribution)
    : ownAttribution(line, source)
  const next = { ...editable, attribution, externalId: editable.externalId ?? row.external_id }
  const revised = await reviseArticle(tx, row, next, {
    keepBody: isSame,
    content: isSame ? undefined : content(),
  })
  return line.state === 'withdrawn' ? rewithdraw(tx, line, revised) : revised
}

async function rewithdraw(tx: Transaction, { withdrawal }: ExportedLine, written: Written): Promise<Written> {
  const { row } = written
  const { reason, note } = withdrawal ?? { reason: row.withdrawal_reason ?? reasonUnknown, note: null }
  const isSame = row.withdrawal_reason === reason && row.withdrawal_note === note
  if (row.state === 'withdrawn' && isSame) return written
  const withdrawn = await withdrawArticle(tx, { id: row.id, reason, note, accepted: undefined })
  return { ...written, outcome: 'updated', row: withdrawn }
}

async function sourceOf(tx: Transaction, { source }: ExportedLine, mayUse: MayUse): Promise<Source> {
  const { id, name, homeUrl } = source
  const present = await findSource(tx, id)
  if (present) return present
  if (!mayUse('sources:write')) throw lacks('sources:write', `There is no source ${name} (${id}) here`)
  await addSource(tx, { name, homeUrl }, id)
  return (await findSource(tx, id)) as Source
}

async function makeTags(tx: Transaction, tags: ExportedLine['tags'], mayUse: MayUse): Promise<void> {
  const ids = await findTagIds(
    tx,
    tags.map(({ slug }) => slug),
  )
  for (const [index, { slug, name }] of tags.entries()) {
    if (ids[index] !== undefined) continue
    if (!mayUse('tags:write')) throw lacks('tags:write', `There is no tag ${JSON.stringify(slug)} here`)
    await addTag(tx, { slug, name })
  }
}

function lacks(scope: Scope, what: string): Failure {
  const message = `${what}, and the key lacks the scope ${scope}, with which it would be made.`
  return new Failure('forbidden', message, { extensions: { scope } })
}

/** The declared original, and the id under which it may still come. What was computed is computed here, too. */
async function originalOf(tx: Transaction, { translationOf: original }: ExportedLine) {
  if (!original || original.method === 'computed') return { translationOf: null, awaited: undefined }
  const { articleId, url, language, method } = original
  const isHere = articleId !== null && (await findArticle(tx, articleId)) !== undefined
  const isNamed = isHere || url !== null
  return {
    translationOf: isNamed
      ? { ...(isHere && { articleId }), ...(url !== null && { url }), language, method }
      : null,
    awaited: !isHere && articleId !== null && url !== null ? { id: articleId, url } : undefined,
  }
}

/** Nothing where the source would make the same credit, and is to make it when it changes. */
function ownAttribution({ attribution, ...line }: ExportedLine, source: Source) {
  const authors = (line.authors ?? []).map(({ name, url = null, role = 'author' }) => ({ name, url, role }))
  const made = attributionOf({ attribution: null, title: line.title, url: line.url }, source, authors)
  return same(made, attribution) ? null : attribution
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
