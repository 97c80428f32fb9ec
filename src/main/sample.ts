import { readFile } from 'node:fs/promises'
import { type Article, NewArticle, Withdrawal } from '../articles/article.ts'
import { createArticle, withdrawArticle } from '../articles/articles.ts'
import { patchArticle } from '../articles/revisions.ts'
import { endOfLog } from '../changes/changes.ts'
import type { Database, Queries, Transaction } from '../database/database.ts'
import { timestamp } from '../shared/clock.ts'
import { NewSource } from '../sources/source.ts'
import { addSource } from '../sources/sources.ts'
import { type LinkKind, NewRelatedLink } from '../stories/link.ts'
import { addLink } from '../stories/links.ts'
import { NewTag } from '../tags/tag.ts'
import { addTag } from '../tags/tags.ts'

export type Loaded = { sources: number; tags: number; articles: number; links: number }

type Outlets = { sources: ({ key: string } & object)[]; tags: object[] }

/** An article as the files hold it: others by their external id, its time as hours before the load, its body a block a line. */
type SampleArticle = Pick<Article, 'title' | 'url'> & {
  externalId: string
  hoursAgo: number
  translationOf?: string
  /** This article's text follows its own words. */
  republishes?: string
  body: string[]
  withdrawal?: Withdrawal
  correction?: { summary: string; replace: string; with: string; append: string }
}

type SampleLink = {
  from: string
  to?: string
  url?: string
  title?: string
  kind?: LinkKind
  origin?: 'editorial' | 'sourcePage'
  note?: string
}

const minuteMs = 60_000
const nothing: Loaded = { sources: 0, tags: 0, articles: 0, links: 0 }

/** Whether nothing was ever written: what was deleted by hand does not bring the sample back. */
export async function isEmpty(q: Queries): Promise<boolean> {
  return (await endOfLog(q)) === 0
}

/**
 * Loads the sample newsroom in one transaction, through the operations that the API uses, and answers what was loaded:
 * nothing where the database is not empty. Times are counted back from now, so that it looks fresh.
 */
export async function loadSample(database: Database): Promise<Loaded> {
  const outlets = await read<Outlets>('outlets')
  const articles = await readArticles(outlets)
  const links = await read<SampleLink[]>('links')
  // Alone: of two processes that start at once, the second one finds what the first has loaded.
  return database.write(
    async (tx) => {
      if (!(await isEmpty(tx))) return nothing
      for (const tag of outlets.tags) await addTag(tx, NewTag.parse(tag))
      const sourceIds = new Map<string, string>()
      for (const { key, ...source } of outlets.sources) {
        sourceIds.set(key, (await addSource(tx, NewSource.parse(source))).id)
      }
      const ids = await addArticles(tx, articles, sourceIds)
      for (const link of links) await addSampleLink(tx, link, ids)
      for (const article of articles) await editArticle(tx, article, ids)
      return {
        sources: sourceIds.size,
        tags: outlets.tags.length,
        articles: articles.length,
        links: links.length,
      }
    },
    { alone: true },
  )
}

async function read<Content>(name: string): Promise<Content> {
  return JSON.parse(await readFile(new URL(`./sample/${name}.json`, import.meta.url), 'utf8'))
}

/** All articles, the oldest first, so that an original comes before its translations and the log reads like a newsroom's. */
async function readArticles({ sources }: Outlets): Promise<(SampleArticle & { source: string })[]> {
  const files = await Promise.all(
    sources.map(async ({ key }) =>
      (await read<SampleArticle[]>(`articles-${key}`)).map((article) => ({ ...article, source: key })),
    ),
  )
  return files.flat().sort((a, b) => b.hoursAgo - a.hoursAgo)
}

async function addArticles(
  tx: Transaction,
  articles: (SampleArticle & { source: string })[],
  sourceIds: Map<string, string>,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  const bodies = new Map(articles.map((article) => [article.externalId, article.body]))
  for (const article of articles) {
    const { source, hoursAgo, translationOf, republishes, body, withdrawal, correction, ...content } = article
    const blocks = [...body, ...(republishes ? named(bodies, republishes) : [])]
    const input = NewArticle.parse({
      ...content,
      sourceId: sourceIds.get(source),
      publishedAt: before(tx.now, hoursAgo),
      ...(translationOf && { translationOf: { articleId: named(ids, translationOf) } }),
      body: { html: blocks.join('\n') },
    })
    ids.set(article.externalId, (await createArticle(tx, input)).row.id)
  }
  return ids
}

/** To the minute, as outlets print it. */
function before(now: string, hours: number): string {
  return timestamp(new Date(Math.floor(Date.parse(now) / minuteMs - hours * 60) * minuteMs))
}

function addSampleLink(tx: Transaction, link: SampleLink, ids: Map<string, string>): Promise<unknown> {
  const { from, to, url, title, kind = 'related', ...rest } = link
  const target = to ? { articleId: named(ids, to) } : { url, title }
  return addLink(tx, named(ids, from), NewRelatedLink.parse({ ...rest, kind, target }))
}

/** What happened to an article after it was published. */
async function editArticle(
  tx: Transaction,
  { externalId, body, correction, withdrawal }: SampleArticle,
  ids: Map<string, string>,
): Promise<void> {
  const id = named(ids, externalId)
  if (correction) {
    const { summary, append } = correction
    const mended = body.map((block) => (block === correction.replace ? correction.with : block))
    const patch = { summary, body: { html: [...mended, append].join('\n') } }
    await patchArticle(tx, { id, patch, accepted: undefined })
  }
  if (withdrawal) await withdrawArticle(tx, { id, ...Withdrawal.parse(withdrawal), accepted: undefined })
}

function named<Value>(things: Map<string, Value>, name: string): Value {
  const thing = things.get(name)
  if (thing === undefined) throw new Error(`The sample newsroom names ${name} before it is there.`)
  return thing
}
