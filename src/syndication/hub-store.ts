import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'

/** `seq` is null before the log was followed for the first time. */
export type HubProgress = { seq: number | null }
export type DueTopic = { path: string; wanted: number; attempts: number }

export async function findHubProgress(q: Queries): Promise<HubProgress> {
  return (await q.one<HubProgress>(sql`select seq from hub_progress where id = 1`)) ?? { seq: null }
}

/** Locks the progress; `undefined` where another process has it. */
export function claimHubProgress(tx: Transaction) {
  return tx.one<HubProgress>(
    sql`select p.seq from hub_progress p where p.id = 1 ${tx.dialect.forUpdateSkipLocked(sql`p`)}`,
  )
}

export function updateHubProgress(tx: Transaction, seq: number) {
  return tx.run(sql`update hub_progress set seq = ${seq} where id = 1`)
}

/** Tags that these articles carry, and those above them, by slug. */
export async function listTagsConcerned(q: Queries, articleIds: string[], limit: number): Promise<string[]> {
  const rows = await q.all<{ slug: string }>(sql`
    select slug from tag where id in (
      with recursive above (id) as (
        select tag_id from article_tag where article_id in (${join(articleIds)})
        union
        select tag.parent_id from above join tag on tag.id = above.id where tag.parent_id is not null
      )
      select id from above
    ) order by slug limit ${limit}`)
  return rows.map(({ slug }) => slug)
}

/** The hub is to be told of these by then; of those of which it is to be told anyway, when it was. */
export function upsertTopics(tx: Transaction, paths: string[], dueAt: string) {
  const rows = paths.map((path) => sql`(${path}, 1, ${dueAt}, null, 0)`)
  return tx.run(sql`
    insert into hub_topic (path, wanted, due_at, told_at, attempts) values ${join(rows)}
    on conflict (path) do update
    set wanted = hub_topic.wanted + 1, due_at = coalesce(hub_topic.due_at, excluded.due_at)`)
}

export async function hasDueTopic(q: Queries, now: string): Promise<boolean> {
  const due = await q.one(sql`select 1 as due from hub_topic where due_at <= ${now} limit 1`)
  return due !== undefined
}

/** Takes due topics until a time, at which they are due again unless it was said what came of them. */
export async function claimTopics(tx: Transaction, until: string, limit: number): Promise<DueTopic[]> {
  const topics = await tx.all<DueTopic>(sql`
    select t.path, t.wanted, t.attempts from hub_topic t where t.due_at <= ${tx.now}
    order by t.due_at, t.path limit ${limit} ${tx.dialect.forUpdateSkipLocked(sql`t`)}`)
  const paths = topics.map(({ path }) => path)
  if (paths.length > 0)
    await tx.run(sql`update hub_topic set due_at = ${until} where path in (${join(paths)})`)
  return topics
}

/** The hub knows of it as of `wanted`; of what came since it is told at `dueAt`. */
export function updateTold(tx: Transaction, { path, wanted }: DueTopic, dueAt: string) {
  return tx.run(sql`
    update hub_topic set told_at = ${tx.now}, attempts = 0,
      due_at = case when wanted = ${wanted} then null else ${dueAt} end
    where path = ${path}`)
}

/** Tried again at `dueAt`, or not before something changes. */
export function updateUntold(tx: Transaction, { path }: DueTopic, attempts: number, dueAt: string | null) {
  return tx.run(sql`update hub_topic set attempts = ${attempts}, due_at = ${dueAt} where path = ${path}`)
}
