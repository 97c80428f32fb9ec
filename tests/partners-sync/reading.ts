import { type Newsweave, ProblemError, unwrap } from '../../openapi/client/src/index.ts'
import type { Copy, Document, Told, Written } from './copy.ts'

const atOnce = 6

/** An article as a partner keeps it: of one that is withdrawn only that it is, and why. */
export function keptArticle(document: Document): Document {
  const { withdrawal, ...article } = document
  return withdrawal ? { id: article.id, state: 'withdrawn', withdrawal } : article
}

/** What follows from the articles is counted by whoever wants to know it, and not kept. */
function keptCounted({ articleCount: _, ...document }: Document): Document {
  return document
}

/** Everything that there is to read: articles by the export, and the rest by its lists. */
export async function readEverything(news: Newsweave): Promise<Written[]> {
  const everything: Written[] = []
  for await (const tag of news.items('/v1/tags', { params: { query: { limit: 100 } } }))
    everything.push({ kind: 'tag', id: tag.slug, document: keptCounted(tag) })
  for await (const source of news.items('/v1/sources', { params: { query: { limit: 100 } } }))
    everything.push({ kind: 'source', id: source.id, document: keptCounted(source) })
  for await (const article of news.exportArticles({ state: 'all' }))
    everything.push({ kind: 'article', id: article.id, document: keptArticle(article) })
  // By time: a story that grows hotter meanwhile would move in the other order.
  for await (const story of news.items('/v1/stories', { params: { query: { limit: 100, sort: 'newest' } } }))
    everything.push({ kind: 'story', id: story.id, document: story })
  return everything
}

/**
 * Reads what changes are about, and what shows it: by docs/reference.md, "Keeping a copy". All is read as it is now, so
 * that changes may be told twice and in any order.
 */
export async function readAgain(news: Newsweave, copy: Copy, changes: Told[]): Promise<Written[]> {
  const told = (type: string) =>
    new Set(changes.filter(({ resource }) => resource.type === type).map(({ resource }) => resource.id))
  const [articles, tags, sources, stories] = [told('article'), told('tag'), told('source'), told('story')]
  for (const [kind, ids] of [
    ['tag', tags],
    ['source', sources],
    ['story', stories],
  ] as const)
    for (const id of ids) for (const article of copy.articlesShowing(kind, id)) articles.add(article)
  for (const slug of [...tags]) for (const child of copy.tagsBelow(slug)) tags.add(child)
  const written: Written[] = []
  await each(tags, async (slug) => written.push(...(await readTag(news, slug))))
  await each(sources, async (id) => written.push(...(await readSource(news, id))))
  await each(stories, async (id) => {
    for (const member of await readMembers(news, id)) {
      written.push(member)
      articles.delete(member.id)
    }
  })
  await each(articles, async (id) => written.push(await readArticle(news, id)))
  // Last: a story that was read before its articles could show what they show no more, and nobody would notice.
  const around = [...stories, ...storiesAround(copy, written)]
  await each(new Set(around), async (id) => written.push(...(await readStory(news, id))))
  return written
}

/** A story shows one of its articles, and their tags: those that an article left or is in are read with it. */
function storiesAround(copy: Copy, written: Written[]): string[] {
  const ids = written
    .filter(({ kind }) => kind === 'article')
    .flatMap(({ id, document }) => [copy.find('article', id)?.story?.id, document?.story?.id])
  return ids.filter((id) => id !== undefined)
}

async function readArticle(news: Newsweave, id: string): Promise<Written> {
  try {
    const article = await unwrap(news.GET('/v1/articles/{id}', { params: { path: { id } } }))
    return { kind: 'article', id, document: article }
  } catch (error) {
    const { reason, note, withdrawnAt } = absence(error)
    const document =
      reason === undefined ? null : keptArticle({ id, withdrawal: { reason, note, withdrawnAt } })
    return { kind: 'article', id, document }
  }
}

/** The slug of a tag that was renamed or merged leads to the living one. */
async function readTag(news: Newsweave, slug: string): Promise<Written[]> {
  try {
    const tag = await unwrap(news.GET('/v1/tags/{slug}', { params: { path: { slug } } }))
    const found: Written = { kind: 'tag', id: tag.slug, document: keptCounted(tag) }
    return tag.slug === slug ? [found] : [found, { kind: 'tag', id: slug, document: null }]
  } catch (error) {
    absence(error)
    return [{ kind: 'tag', id: slug, document: null }]
  }
}

async function readSource(news: Newsweave, id: string): Promise<Written[]> {
  try {
    const source = await unwrap(news.GET('/v1/sources/{id}', { params: { path: { id } } }))
    return [{ kind: 'source', id, document: keptCounted(source) }]
  } catch (error) {
    absence(error)
    return [{ kind: 'source', id, document: null }]
  }
}

/** A story that was merged leads to the living one. */
async function readStory(news: Newsweave, id: string): Promise<Written[]> {
  try {
    const story = await unwrap(news.GET('/v1/stories/{id}', { params: { path: { id } } }))
    const found: Written = { kind: 'story', id: story.id, document: story }
    return story.id === id ? [found] : [found, { kind: 'story', id, document: null }]
  } catch (error) {
    absence(error)
    return [{ kind: 'story', id, document: null }]
  }
}

async function readMembers(news: Newsweave, story: string): Promise<Written[]> {
  const members: Written[] = []
  // Whoever reads drafts has those of the story to read, too.
  for (const state of ['published', 'draft'] as const) {
    const query = { story, state, include: ['body' as const, 'toc' as const], limit: 100 }
    for await (const article of news.items('/v1/articles', { params: { query } }))
      members.push({ kind: 'article', id: article.id as string, document: article })
  }
  return members
}

/** What an answer says of why there is nothing to read. Anything else is a failure. */
function absence(error: unknown): Document {
  if (error instanceof ProblemError && (error.status === 404 || error.status === 410)) return error.problem
  throw error
}

async function each(ids: Iterable<string>, work: (id: string) => Promise<unknown>): Promise<void> {
  const left = [...ids]
  const workers = Array.from({ length: atOnce }, async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await work(id)
  })
  await Promise.all(workers)
}
