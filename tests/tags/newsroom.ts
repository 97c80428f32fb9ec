import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import type { Api } from '../support/api.ts'

type TagRow = { id: string; slug: string; parent_id: string | null; article_count: number }

/** The slugs of the changes of tags that the log tells of, each behind what happened: `merged ai`. */
export async function tagChanges(api: Api): Promise<string[]> {
  const types = 'tag.created,tag.updated,tag.merged,tag.deleted'
  const { data } = (await api.get(`/v1/changes?limit=1000&types=${types}`)).body
  return data.map(
    (change: { type: string; resource: { id: string } }) => `${change.type.slice(4)} ${change.resource.id}`,
  )
}

/**
 * What every tag's page has to list, worked out here from labels and parents alone, beside what it does list:
 * `{ ai: '2 article ids, counted 2' }` twice.
 */
export async function pages(database: Database) {
  const tags = await database.all<TagRow>(sql`select id, slug, parent_id, article_count from tag`)
  const labels = await database.all<{ tag_id: string; article_id: string; published_at: string }>(sql`
    select tag_id, article_id, published_at from article_tag join article on article.id = article_id
    where state = 'published'`)
  const listings = await database.all<{ tag_id: string; article_id: string; published_at: string }>(
    sql`select tag_id, article_id, published_at from tag_listing`,
  )
  const parentOf = new Map(tags.map((tag) => [tag.id, tag.parent_id]))
  const expected = new Map(tags.map((tag) => [tag.id, new Set<string>()]))
  for (const { tag_id, article_id, published_at } of labels) {
    for (let id: string | null = tag_id; id !== null; id = parentOf.get(id) ?? null) {
      expected.get(id)?.add(`${published_at} ${article_id}`)
    }
  }
  const shown = (tag: TagRow, entries: Iterable<string>, count: number) => [
    tag.slug,
    { entries: [...entries].sort(), count },
  ]
  const listed = Map.groupBy(listings, ({ tag_id }) => tag_id)
  return {
    expected: Object.fromEntries(
      tags.map((tag) => shown(tag, expected.get(tag.id) ?? [], expected.get(tag.id)?.size ?? 0)),
    ),
    actual: Object.fromEntries(
      tags.map((tag) =>
        shown(
          tag,
          (listed.get(tag.id) ?? []).map((row) => `${row.published_at} ${row.article_id}`),
          tag.article_count,
        ),
      ),
    ),
  }
}

/** The articles whose stored card shows other tags, or another source, than they have now. */
export async function staleCards(database: Database): Promise<string[]> {
  const rows = await database.all<{ id: string; card: string; name: string }>(sql`
    select article.id, card, source.name from article join source on source.id = source_id`)
  const labels = await database.all<{ article_id: string; slug: string; name: string }>(sql`
    select article_id, slug, name from article_tag join tag on tag.id = tag_id order by slug`)
  const tagsOf = Map.groupBy(labels, (label) => label.article_id)
  return rows
    .filter(({ id, card, name }) => {
      const { tags, source } = JSON.parse(card)
      const now = (tagsOf.get(id) ?? []).map((label) => ({ slug: label.slug, name: label.name }))
      return source.name !== name || JSON.stringify(tags) !== JSON.stringify(now)
    })
    .map(({ id }) => id)
}
