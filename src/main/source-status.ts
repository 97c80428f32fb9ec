import type { FeedStatus, FeedStatusRow } from '../ingestion/feed-status.ts'
import { cut, table } from './table.ts'

const headings = ['SOURCE', 'STATE', 'DUE', 'FETCHED', 'OUTCOME', 'NEW', 'LAST ERROR']
const maxNameWidth = 32

/** How fetching goes, as a table. `columns` is how wide a line may be. */
export function statusText(status: FeedStatus, { now, columns }: { now: string; columns: number }): string {
  const { states, due, lagMs, outcomes, feeds } = status
  const total = states.reduce((sum, { count }) => sum + count, 0)
  const parts = (counts: string[]) => (counts.length > 0 ? counts.join(', ') : 'none')
  const lines = [
    `Feeds: ${total} (${parts(states.map(({ state, count }) => `${count} ${state}`))})`,
    `Due now: ${due}${due > 0 ? `, the first for ${duration(lagMs)}` : ''}`,
    `Fetches of the last hour: ${parts(outcomes.map(({ outcome, count }) => `${count} ${outcome}`))}`,
    '',
    ...table([headings, ...feeds.map((feed) => rowOf(feed, now))]).split('\n'),
  ]
  if (total > feeds.length) lines.push(`and ${total - feeds.length} more.`)
  return lines.map((line) => cut(line, columns)).join('\n')
}

function rowOf(feed: FeedStatusRow, now: string): string[] {
  const failures = feed.consecutive_failures
  return [
    cut(feed.name, maxNameWidth),
    failures > 0 ? `${feed.state} ${failures}×` : feed.state,
    dueOf(feed, now),
    feed.fetched_at === null ? 'never' : `${duration(Date.parse(now) - Date.parse(feed.fetched_at))} ago`,
    feed.outcome === null ? '-' : [feed.outcome, feed.http_status ?? ''].join(' ').trim(),
    feed.created === null ? '-' : String(feed.created),
    (feed.last_error ?? '-').replace(/\s+/g, ' '),
  ]
}

function dueOf({ state, due_at, leased_until }: FeedStatusRow, now: string): string {
  if (state === 'paused' || state === 'gone') return '-'
  if (leased_until !== null && leased_until > now) return 'fetching'
  const ms = Date.parse(due_at) - Date.parse(now)
  return ms > 0 ? `in ${duration(ms)}` : `for ${duration(-ms)}`
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

function duration(ms: number): string {
  const [unit, length] = units.find(([, least]) => ms >= least) ?? (['s', 1000] as const)
  return `${Math.floor(Math.max(0, ms) / length)} ${unit}`
}
