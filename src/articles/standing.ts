import type { Queries, Transaction } from '../database/database.ts'
import { urlKey } from '../shared/url.ts'
import type { Article } from './article.ts'
import { sourcesOf } from './card-sources.ts'
import { type ArticleRow, listArticles, listBodies } from './store.ts'
import {
  earliestDuplicate,
  listAtKeys,
  listGroups,
  listTranslations,
  moveDuplicates,
  updateTies,
} from './surroundings-store.ts'

/** Where an article stands among others. Times are RFC 3339. */
type Stand = {
  id: string
  sourceId: string
  title: string
  language: string
  state: ArticleRow['state']
  publishedAt: string
  firstSeenAt: string
  storyId: string | null
  isStoryFixed: boolean
  duplicateOfId: string | null
  /** What was declared, be it here or not, and else what was found. */
  originalId: string | null
  hasDeclaredOriginal: boolean
}

/** The same with its text, and what it says of where that is from: as it is held against others. */
export type PlacedArticle = Stand & {
  sourceName: string
  url: string
  canonicalUrl: string | null
  summary: string | null
  text: string
  /** Of whom it says that they published first; its own source may be among them. */
  creditedUrls: string[]
  creditedNames: string[]
}

/** The same with its card (JSON). `alsoIn` are the ids of those that have its text. */
export type Standing = Stand & {
  updatedAt: string
  duplicateScore: number | null
  /** Null where the original was declared. */
  originalScore: number | null
  alsoIn: string[]
  tags: string[]
  card: string
}

function standOf(row: ArticleRow): Stand {
  const hasDeclaredOriginal = row.translation_of_method !== null
  return {
    id: row.id,
    sourceId: row.source_id,
    title: row.title,
    language: row.language,
    state: row.state,
    publishedAt: row.published_at,
    firstSeenAt: row.first_seen_at,
    storyId: row.story_id,
    isStoryFixed: row.story_fixed_at !== null,
    duplicateOfId: row.duplicate_of_id,
    originalId: hasDeclaredOriginal ? row.translation_of_id : row.found_original_id,
    hasDeclaredOriginal,
  }
}

/** The articles of these ids, with their texts, in no order. */
export async function placedArticles(q: Queries, ids: string[]): Promise<Map<string, PlacedArticle>> {
  if (ids.length === 0) return new Map()
  const rows = await listArticles(q, ids)
  const texts = new Map((await listBodies(q, ids)).map((body) => [body.article_id, body.text]))
  const sources = await sourcesOf(q, rows)
  return new Map(
    rows.map((row) => [
      row.id,
      placedOf(row, texts.get(row.id) ?? '', sources.get(row.source_id)?.name ?? ''),
    ]),
  )
}

function placedOf(row: ArticleRow, text: string, sourceName: string): PlacedArticle {
  const credit: Article['attribution'] | null = row.attribution === null ? null : JSON.parse(row.attribution)
  return {
    ...standOf(row),
    sourceName,
    url: row.url,
    canonicalUrl: row.canonical_url,
    summary: row.summary,
    text,
    creditedUrls: [credit?.url, row.canonical_url].filter((url) => typeof url === 'string'),
    creditedNames: credit?.rightsHolder ? [credit.rightsHolder] : [],
  }
}

/** The articles that have the text of this original, and itself, the earliest first: published ones. */
export async function duplicateGroup(q: Queries, originalId: string): Promise<string[]> {
  return (await listGroups(q, [originalId])).map(({ id }) => id)
}

/** The earliest of its duplicates stands for an original that is no longer to be read. Answers all that now show another one. */
export async function passOnDuplicates(tx: Transaction, originalId: string): Promise<string[]> {
  const next = await earliestDuplicate(tx, originalId)
  if (!next) return []
  await updateTies(tx, next.id, { duplicate_of_id: null, duplicate_score: null })
  const moved = await moveDuplicates(tx, originalId, next.id)
  return [next.id, ...moved]
}

export async function standingsOf(q: Queries, ids: string[]): Promise<Standing[]> {
  return ids.length > 0 ? (await listArticles(q, ids)).map(standingOf) : []
}

/** The articles that are translated from one, declared or found. */
export async function translationsOf(q: Queries, originalId: string): Promise<Standing[]> {
  return standingsOf(q, await listTranslations(q, originalId))
}

/** Its card is read when that is asked for, which few are. */
function standingOf(row: ArticleRow): Standing {
  const cardOf = () => JSON.parse(row.card) as Article
  const stand = standOf(row)
  return {
    ...stand,
    updatedAt: row.updated_at,
    duplicateScore: row.duplicate_score,
    originalScore: stand.hasDeclaredOriginal ? null : row.found_original_score,
    get alsoIn() {
      return cardOf().alsoIn.map(({ articleId }) => articleId)
    },
    get tags() {
      return cardOf().tags.map(({ slug }) => slug)
    },
    card: row.card,
  }
}

/** The articles at any of these addresses, which are their own, former or canonical ones. */
export async function articlesAt(q: Queries, urls: string[]): Promise<string[]> {
  return listAtKeys(q, [...new Set(urls.map(urlKey))])
}
