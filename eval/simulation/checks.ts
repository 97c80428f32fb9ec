import { sql } from '../../src/database/sql.ts'
import { phrase } from './document.ts'
import type { Outlet } from './outlets.ts'
import type { PlannedItem } from './planned-items.ts'
import type { Simulation } from './simulation.ts'

export type KeptArticle = {
  id: string
  source_id: string
  title: string
  summary: string | null
  text: string | null
  first_seen_at: string
  published_at: string
  revision: number
}

export function listKept({ database }: Simulation): Promise<KeptArticle[]> {
  return database.all(sql`
    select a.id, a.source_id, a.title, a.summary, b.text, a.first_seen_at, a.published_at, a.revision
    from article a left join article_body b on b.article_id = a.id`)
}

/** What is not as it should be once the days are over, a sentence for each. */
export async function problemsOf(simulation: Simulation): Promise<string[]> {
  const articles = await listKept(simulation)
  const byMark = Map.groupBy(articles, markOf)
  const perItem = simulation.outlets.flatMap((outlet) =>
    outlet.items.flatMap((item) => problemsOfItem(simulation, outlet, item, byMark.get(item.mark) ?? [])),
  )
  const strangers = (byMark.get(undefined) ?? []).map(
    ({ title }) => `No item is like the article "${title}".`,
  )
  return [
    ...perItem,
    ...strangers,
    ...(await deletedThatCameBack(simulation)),
    ...(await movesNotFollowed(simulation)),
    ...simulation.web.manners.problems,
    ...simulation.log,
  ]
}

const markOf = ({ summary, text }: KeptArticle) => /m\d+x\d+(?=e\d+m)/.exec(`${summary} ${text}`)?.[0]

function problemsOfItem(
  { sourceIds, deleted, web }: Simulation,
  outlet: Outlet,
  { mark, text }: PlannedItem,
  articles: KeptArticle[],
): string[] {
  const edition = web.served.get(mark)
  const what = `${mark} of ${outlet.saved.name}`
  if (deleted.has(mark)) return articles.length > 0 ? [`${what} was deleted and is there.`] : []
  if (!edition) return []
  const [article, ...others] = articles
  if (!article) return [`${what} is lost.`]
  const problems = others.length > 0 ? [`${what} is there ${articles.length} times.`] : []
  const all = `${article.summary} ${article.text}`
  if (article.source_id !== sourceIds.get(outlet)) problems.push(`${what} is of another source.`)
  if (!all.includes(`${mark}e${edition.text}m`))
    problems.push(`${what} has not its text of edition ${edition.text}.`)
  if (
    edition.title > 0 &&
    hasTitle(outlet, text) &&
    !/…$/.test(article.title) &&
    !article.title.includes(`rev${edition.title}`)
  )
    problems.push(`${what} has not its title of edition ${edition.title}, but "${article.title}".`)
  if (outlet.charset !== 'utf-8' && !all.includes(phrase)) problems.push(`${what} was decoded wrongly.`)
  const changes = edition.text + edition.title
  // Cut in the middle a feed says less of one item, and then again all of it.
  const cuts = outlet.misfires.filter(({ kind }) => kind === 'cut').length
  // What is relative in a feed is so to where it is.
  const moves = outlet.move && outlet.move.host !== outlet.host ? 1 : 0
  if (article.revision > 1 + changes + 2 * cuts + moves)
    problems.push(`${what} was changed ${changes} times and has revision ${article.revision}.`)
  return problems
}

const hasTitle = ({ saved }: Outlet, text: string) =>
  saved.items.find((item) => item.text === text)?.facts.title !== undefined

async function deletedThatCameBack({ deleted, request }: Simulation): Promise<string[]> {
  const answers = await Promise.all(
    [...deleted].map(async ([mark, id]) => ({ mark, ...(await request('GET', `/v1/articles/${id}`)) })),
  )
  return answers
    .filter(({ status }) => status !== 410)
    .map(({ mark }) => `${mark} was deleted and is answered.`)
}

/** A move for good within a site is followed, any other is not. */
async function movesNotFollowed({ outlets, sourceIds, web, request }: Simulation): Promise<string[]> {
  const problems: string[] = []
  for (const outlet of outlets.filter(({ move }) => move)) {
    const { body } = await request('GET', `/v1/sources/${sourceIds.get(outlet)}`)
    const isForGood = outlet.move?.status === 301 && outlet.move.host === outlet.host
    const hasFollowed = body.feedUrl !== web.feedUrl(outlet)
    if (isForGood !== hasFollowed) problems.push(`Outlet ${outlet.number} is asked at ${body.feedUrl}.`)
  }
  return problems
}
