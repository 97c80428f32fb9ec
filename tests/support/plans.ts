import { Article } from '../../src/articles/article.ts'
import type { Database, Transaction } from '../../src/database/database.ts'
import { join, raw, type Sql, sql } from '../../src/database/sql.ts'

/** A database that remembers every statement that is read with it. */
export function rememberingReads(database: Database): { database: Database; statements: Sql[] } {
  const statements: Sql[] = []
  return {
    statements,
    database: {
      ...database,
      all(statement) {
        statements.push(statement)
        return database.all(statement)
      },
      one(statement) {
        statements.push(statement)
        return database.one(statement)
      },
    },
  }
}

/** How the engine means to run a statement, a step a line. What needs no reading of a whole table never shows one. */
export function planOf(database: Database, statement: Sql): Promise<string> {
  return database.write((tx) =>
    tx.dialect.engine === 'sqlite' ? sqlitePlan(tx, statement) : postgresPlan(tx, statement),
  )
}

async function sqlitePlan(tx: Transaction, statement: Sql): Promise<string> {
  const steps = await tx.all<{ detail: string }>(sql`explain query plan ${statement}`)
  return steps.map((step) => step.detail).join('\n')
}

/** On the few rows of a test a table is read whole at no cost, so reading and sorting whole tables is made dear. */
async function postgresPlan(tx: Transaction, statement: Sql): Promise<string> {
  for (const setting of ['enable_seqscan', 'enable_sort', 'enable_bitmapscan']) {
    await tx.run(sql`${raw(`set local ${setting} = off`)}`)
  }
  const steps = await tx.all<{ 'QUERY PLAN': string }>(sql`explain (costs off) ${statement}`)
  return steps.map((step) => step['QUERY PLAN']).join('\n')
}

/** Fills the newsroom with published articles and their stories, so that planners have something to choose by. */
export async function fill(database: Database, articles: number): Promise<void> {
  await database.write(async (tx) => {
    const rows = Array.from({ length: articles }, (_, index) => articleRow(index))
    await tx.run(sql`
      insert into source (id, name, home_url, state, created_at, updated_at)
      values ('s0', 's0', 'https://s.example/', 'active', ${tx.now}, ${tx.now}), ('s1', 's1', 'https://s.example/', 'active', ${tx.now}, ${tx.now})`)
    await tx.run(sql`
      insert into tag (id, slug, name, names, article_count, created_at, updated_at)
      values ('t0', 't0', 't0', '{}', 1000, ${tx.now}, ${tx.now}), ('t1', 't1', 't1', '{}', 100000, ${tx.now}, ${tx.now})`)
    await tx.run(sql`insert into tag_alias (slug, tag_id) select slug, id from tag`)
    await tx.run(sql`
      insert into article (id, source_id, url, url_key, title, language, authors, published_at, first_seen_at,
        content_changed_at, updated_at, word_count, reading_minutes, story_id, state, revision, revised_at, version, card)
      values ${join(rows)}`)
    await tx.run(sql`
      insert into story (id, title, language, representative_id, article_count, source_count, languages,
        first_published_at, last_published_at, heat, created_at, updated_at)
      select story_id, 'Title', 'en', min(id), count(*), 2, '["en"]', min(published_at), max(published_at), max(word_count),
        ${tx.now}, ${tx.now}
      from article group by story_id`)
    for (const table of [
      'tag_listing (tag_id, published_at, article_id)',
      'article_author (author_key, published_at, article_id)',
    ]) {
      await tx.run(
        sql`insert into ${raw(table)} select 't' || (word_count % 2), published_at, id from article`,
      )
    }
  })
  if (database.dialect.engine === 'postgres') await database.write((tx) => tx.script('analyze'))
}

const example = Article.meta()?.example as Article

function articleRow(index: number): Sql {
  const id = `a${String(index).padStart(6, '0')}`
  const at = new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString()
  return sql`(${id}, ${`s${index % 2}`}, 'https://s.example/', ${id}, 'Title', ${index % 2 ? 'en' : 'zh'}, '[]', ${at}, ${at}, ${at}, ${at},
    ${index}, 1, ${`story${index % 500}`}, 'published', 1, ${at}, 1, ${JSON.stringify({ ...example, id })})`
}
