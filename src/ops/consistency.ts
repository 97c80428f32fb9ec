import type { Queries } from '../database/database.ts'
import { type Sql, sql } from '../database/sql.ts'

type Rule = {
  /** What is so where the rule is broken, behind the number of times. */
  broken: string
  /** Answers one row with `count`: how often it is broken. */
  count: Sql
}

/** What is stored twice has to agree: each rule is a fact that two places of the database tell. */
const rules: Rule[] = [
  {
    broken: 'numbers are missing from the log of changes',
    count: sql`
      select h.seq - f.seq - (select count(*) from change) as count
      from change_head h cross join change_floor f where h.id = 1 and f.id = 1`,
  },
  {
    broken: 'changes stand outside the bounds of the log',
    count: sql`
      select count(*) as count from change c cross join change_head h cross join change_floor f
      where h.id = 1 and f.id = 1 and (c.seq > h.seq or c.seq <= f.seq)`,
  },
  {
    broken: 'articles have no change that tells of them, though the log is whole',
    count: sql`
      select count(*) as count from article a
      where (select f.seq from change_floor f where f.id = 1) = 0
        and not exists (select 1 from change c where c.resource_id = a.id)`,
  },
  {
    broken: 'articles have no text',
    count: sql`
      select count(*) as count from article a
      where not exists (select 1 from article_body b where b.article_id = a.id)`,
  },
  {
    broken: 'articles are not found under their own address',
    count: sql`
      select count(*) as count from article a
      where not exists (select 1 from article_url u where u.article_id = a.id and u.url_key = a.url_key)`,
  },
  {
    broken: 'articles are not in the search index',
    count: sql`
      select count(*) as count from article a
      where (select t.terms_version from text_index t where t.id = 1) > 0
        and not exists (select 1 from text_entry e where e.article_id = a.id)`,
  },
  {
    broken: 'entries of the search index are without terms, or terms without an entry',
    count: sql`
      select abs((select count(*) from text_terms) - (select count(*) from text_entry)) as count`,
  },
  {
    broken: 'sources count other articles than they have',
    count: sql`
      select count(*) as count from source s
      where s.article_count <> (select count(*) from article a where a.source_id = s.id and a.state = 'published')`,
  },
  {
    broken: 'tags count other articles than they have',
    count: sql`
      select count(*) as count from tag t
      where t.article_count <> (select count(*) from tag_listing l where l.tag_id = t.id)`,
  },
  {
    broken: 'articles are in the listing of a tag by another time than their own, or unpublished',
    count: sql`
      select count(*) as count from tag_listing l join article a on a.id = l.article_id
      where a.state <> 'published' or a.published_at <> l.published_at`,
  },
  {
    broken: 'stories count other articles than they have',
    count: sql`
      select count(*) as count from story s
      where s.article_count <> (select count(*) from article a where a.story_id = s.id and a.state = 'published')`,
  },
  {
    broken: 'articles are compared that are deleted, and the log was read behind that',
    count: sql`
      select count(*) as count from article_signal g
      where not exists (select 1 from article a where a.id = g.article_id)
        and not exists (
          select 1 from change c join relation_progress p on p.id = 1
          where c.resource_id = g.article_id and c.seq > p.seq)`,
  },
  {
    broken: 'of the log were read for relations though they are not written',
    count: sql`
      select count(*) as count from relation_progress p cross join change_head h
      where p.id = 1 and h.id = 1 and p.seq > h.seq`,
  },
]

/** What contradicts itself in a database, a sentence each. `q` has to show one state throughout. */
export async function inconsistencies(q: Queries): Promise<string[]> {
  const found: string[] = []
  for (const { broken, count } of rules) {
    const row = await q.one<{ count: number }>(count)
    if (row && row.count !== 0) found.push(`${row.count} ${broken}.`)
  }
  return found
}
