import { listKept } from './checks.ts'
import { hourMs, type Outlet } from './outlets.ts'
import { isOutAt } from './planned-items.ts'
import { randomOf } from './random.ts'
import type { Simulation } from './simulation.ts'

export type Figures = {
  feeds: number
  items: number
  articles: number
  deleted: number
  /** Came and went between two polls, or while the feed could not be read. */
  missed: number
  pollsADay: number
  delayMinutes: Quantiles
  hourlyDelayMinutes: Quantiles
  share304: number
  failedShare: number
  feedMegabytes: number
  pages: number
}
type Quantiles = { median: number; p90: number; n: number }

/** How often feeds were asked for and how soon articles were there, beside what asking every hour would have brought. */
export async function figuresOf(
  simulation: Simulation,
  outlets: Outlet[] = simulation.outlets,
): Promise<Figures> {
  const { web, from, days, deleted } = simulation
  const end = from + days * 24 * hourMs
  const articles = await listKept(simulation)
  const seen = new Map(articles.map((article) => [markOf(article), Date.parse(article.first_seen_at)]))
  const items = outlets.flatMap((outlet) => outlet.items.map((item) => ({ outlet, item })))
  const arrived = items.filter(({ item }) => item.publishedAt >= from && seen.has(item.mark))
  const delays = arrived.map(({ item }) => (seen.get(item.mark) as number) - item.publishedAt)
  const hourly = arrived.map((one) => hourlyDelay(one, from))
  const states = outlets.map((outlet) => web.states.get(outlet))
  const statuses = states.flatMap((state) => state?.statuses ?? [])
  const hosts = new Set(outlets.flatMap(({ host, move }) => [host, move?.host]))
  const visits = web.manners.visits.filter(({ at, host }) => at < end && hosts.has(host))
  return {
    feeds: outlets.length,
    items: items.length,
    articles: items.filter(({ item }) => seen.has(item.mark)).length,
    deleted: items.filter(({ item }) => deleted.has(item.mark)).length,
    missed: items.filter(({ item }) => item.publishedAt >= from && !web.served.has(item.mark)).length,
    pollsADay: visits.filter(({ kind }) => kind === 'feed').length / outlets.length / days,
    delayMinutes: quantiles(delays),
    hourlyDelayMinutes: quantiles(hourly),
    share304: statuses.filter((status) => status === 304).length / statuses.length,
    failedShare: statuses.filter((status) => status >= 400).length / statuses.length,
    feedMegabytes: states.reduce((sum, state) => sum + (state?.bytes ?? 0), 0) / 1024 ** 2,
    pages: visits.filter(({ kind }) => kind === 'page').length,
  }
}

const markOf = ({ summary, text }: { summary: string | null; text: string | null }) =>
  /m\d+x\d+(?=e\d+m)/.exec(`${summary} ${text}`)?.[0]

/** Until the first full hour of its feed at which the item is out, where no request ever fails. */
function hourlyDelay(
  { outlet, item }: { outlet: Outlet; item: Outlet['items'][number] },
  from: number,
): number {
  const phase = randomOf(`hourly ${outlet.number}`)() * hourMs
  let at = from + phase + Math.ceil((item.publishedAt - from - phase) / hourMs) * hourMs
  while (!isOutAt(item, at)) at += hourMs
  return at - item.publishedAt
}

function quantiles(valuesMs: number[]): Quantiles {
  const sorted = valuesMs.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN) / 60_000
  return { median: at(0.5), p90: at(0.9), n: sorted.length }
}
