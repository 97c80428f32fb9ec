import type { Queries, Transaction } from '../database/database.ts'
import { join, sql } from '../database/sql.ts'
import type { SourceRow } from './store.ts'

/** What is kept of a feed from one poll to the next. */
export type FeedState = {
  due_at: string
  etag: string | null
  last_modified: string | null
  content_hash: string | null
  facts: string | null
  moved_to: string | null
  moved_count: number
  hub_url: string | null
  topic_url: string | null
}

/** What a worker needs of a feed that it has claimed. */
export type DueFeed = FeedState &
  Pick<
    SourceRow,
    | 'home_url'
    | 'attribution_template'
    | 'name'
    | 'language'
    | 'extraction'
    | 'time_zone'
    | 'tags'
    | 'interval_minutes'
    | 'consecutive_failures'
  > & {
    source_id: string
    host: string
    feed_url: string
    requested_at: string | null
    /** 1 while a hub pushes what is new, and will until the feed is read again. */
    is_pushed: number
  }

/**
 * Feeds that are due, whose host is free and that no other worker has, the longest due first. Rows that another transaction is
 * claiming are passed over where the engine can.
 */
export function listDue(
  tx: Transaction,
  now: string,
  limit: number,
): Promise<{ source_id: string; host: string }[]> {
  return tx.all(sql`
    select f.source_id, f.host from feed f
    join source s on s.id = f.source_id
    left join feed_host h on h.host = f.host
    where f.due_at <= ${now} and (f.leased_until is null or f.leased_until <= ${now})
      and s.state in ('active', 'failing') and (h.free_at is null or h.free_at <= ${now})
    order by f.due_at, f.source_id limit ${limit} ${tx.dialect.forUpdateSkipLocked(sql`f`)}`)
}

/** Takes a host until a moment; answers whether it was free. */
export async function takeHost(tx: Transaction, host: string, now: string, until: string): Promise<boolean> {
  const taken = await tx.run(sql`
    insert into feed_host (host, free_at, reason) values (${host}, ${until}, null)
    on conflict (host) do update set free_at = excluded.free_at, reason = null where feed_host.free_at <= ${now}`)
  return taken > 0
}

export async function freeHost(
  tx: Transaction,
  host: string,
  freeAt: string,
  reason: string | null,
): Promise<void> {
  await tx.run(sql`update feed_host set free_at = ${freeAt}, reason = ${reason} where host = ${host}`)
}

/** Longer than from one poll beside a hub to the next. */
const pushedForMs = 27 * 60 * 60 * 1000

export async function leaseFeeds(
  tx: Transaction,
  sourceIds: string[],
  lease: string,
  until: string,
): Promise<DueFeed[]> {
  if (sourceIds.length === 0) return []
  const pushedUntil = new Date(Date.parse(tx.now) + pushedForMs).toISOString()
  await tx.run(
    sql`update feed set lease = ${lease}, leased_until = ${until} where source_id in (${join(sourceIds)})`,
  )
  return tx.all(sql`
    select f.source_id, f.host, s.feed_url, s.home_url, s.attribution_template, s.name, s.language, s.extraction, s.time_zone, s.tags,
      s.interval_minutes, s.consecutive_failures, f.due_at, f.requested_at, f.etag, f.last_modified, f.content_hash, f.facts,
      f.moved_to, f.moved_count, f.hub_url, f.topic_url,
      case when w.state = 'active' and w.expires_at > ${pushedUntil} then 1 else 0 end as is_pushed
    from feed f join source s on s.id = f.source_id left join feed_subscription w on w.source_id = f.source_id
    where f.source_id in (${join(sourceIds)}) order by f.due_at, f.source_id`)
}

/** Whether no worker has the feed, which then nobody takes before the commit. */
export async function isFree(tx: Transaction, sourceId: string): Promise<boolean> {
  const row = await tx.one<{ leased_until: string | null }>(
    sql`select leased_until from feed where source_id = ${sourceId} ${tx.dialect.forUpdate}`,
  )
  return row !== undefined && (row.leased_until === null || row.leased_until <= tx.now)
}

/** Lets a source follow its feed to another address, unless another source has that. */
export async function updateFeedUrl(tx: Transaction, id: string, feedUrl: string): Promise<boolean> {
  const changed = await tx.run(sql`
    update source set feed_url = ${feedUrl}, version = version + 1, updated_at = ${tx.now}
    where id = ${id} and not exists (select 1 from source where feed_url = ${feedUrl})`)
  return changed > 0
}

/** Answers whether the lease still held: what a worker brings whose feed has passed on to another is not written. */
export async function renewLease(
  tx: Transaction,
  sourceId: string,
  lease: string,
  until: string,
): Promise<boolean> {
  const renewed = await tx.run(
    sql`update feed set leased_until = ${until} where source_id = ${sourceId} and lease = ${lease}`,
  )
  return renewed > 0
}

/** Writes what is known of a feed after a poll and lets go of it. One that was asked for meanwhile stays due. */
export async function releaseFeed(
  tx: Transaction,
  { source_id, due_at }: Pick<DueFeed, 'source_id' | 'due_at'>,
  state: FeedState,
): Promise<void> {
  await tx.run(sql`
    update feed set lease = null, leased_until = null, requested_at = case when due_at = ${due_at} then null else requested_at end,
      due_at = case when due_at = ${due_at} then ${state.due_at} else due_at end, etag = ${state.etag},
      last_modified = ${state.last_modified}, content_hash = ${state.content_hash}, facts = ${state.facts},
      moved_to = ${state.moved_to}, moved_count = ${state.moved_count}, hub_url = ${state.hub_url}, topic_url = ${state.topic_url}
    where source_id = ${source_id}`)
}

/** How many feeds are due, and since when the first is. */
export async function findLag(q: Queries, now: string): Promise<{ due: number; since: string | null }> {
  const row = await q.one<{ due: number; since: string | null }>(sql`
    select count(*) as due, min(f.due_at) as since from feed f join source s on s.id = f.source_id
    where f.due_at <= ${now} and s.state in ('active', 'failing')`)
  return row ?? { due: 0, since: null }
}

/** When the next feed is due that may be fetched: a worker sleeps until then. */
export async function findNextDue(q: Queries): Promise<string | null> {
  const row = await q.one<{ due_at: string | null }>(sql`
    select min(f.due_at) as due_at from feed f join source s on s.id = f.source_id where s.state in ('active', 'failing')`)
  return row?.due_at ?? null
}

export async function updateHealth(
  tx: Transaction,
  id: string,
  health: {
    at: string
    success: boolean
    failures: number
    error: string | null
    httpStatus: number | null
    state: SourceRow['state']
    format: string | null
  },
): Promise<void> {
  await tx.run(sql`
    update source set last_fetch_at = ${health.at}, consecutive_failures = ${health.failures}, last_error = ${health.error},
      http_status = ${health.httpStatus}, state = ${health.state},
      last_success_at = case when ${health.success ? 1 : 0} = 1 then ${health.at} else last_success_at end,
      format = coalesce(${health.format}, format)
    where id = ${id}`)
}

/** Sources that have a feed and nothing kept for it, as before there was any fetching. */
export function listWithoutFeed(q: Queries): Promise<{ id: string; feed_url: string }[]> {
  return q.all(sql`
    select s.id, s.feed_url from source s left join feed f on f.source_id = s.id
    where s.feed_url is not null and f.source_id is null`)
}
