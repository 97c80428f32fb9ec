import { setTimeout } from 'node:timers/promises'
import { rareWord } from './corpus.ts'

/** A request that is measured: `row` names it on the command line. */
export type Asked = {
  row: string
  name: string
  path: string
  /** Of what bare Fastify sends, at least: with a warm cache, and without the cache. */
  warm?: number
  off?: number
  /** How many times as long it may take in a newsroom a hundred times as large. */
  growth?: number
}

type Page = { data: { id: string }[]; page: { next: string | null } }
type Read = (path: string) => Promise<Page>

const pageLimit = 20
const deepPage = 1000
const deepFound = 50
const relatedWanted = 10
const list = { warm: 0.75, off: 0.35 }

const articles = (query: Record<string, string>) => `/v1/articles?${new URLSearchParams(query)}`
const search = (q: string, more: Record<string, string> = {}) => articles({ q, ...more })
const newest = { sort: 'newest' }

/** What is asked of each size. Words and tags are those of the corpus, of which every other article has a common one. */
export async function addresses(origin: string): Promise<Asked[]> {
  const read = reading(origin)
  return [...(await listsOf(read)), ...(await articlesOf(read)), ...(await searchesOf(read)), ...others]
}

async function listsOf(read: Read): Promise<Asked[]> {
  const [all, tag] = [articles({}), articles({ tagsAll: 'topic-1' })]
  const [deepOfAll, deepOfTag] = [await pageFrom(read, all, deepPage), await pageFrom(read, tag, deepPage)]
  return [
    { row: 'newest', name: 'newest 20', path: all, ...list, growth: 1.3 },
    { row: 'deep', name: `newest, page ${deepOfAll.page}`, path: deepOfAll.path, ...list, growth: 2 },
    { row: 'tag', name: 'tag page 1', path: tag, ...list, growth: 1.3 },
    { row: 'deep', name: `tag page ${deepOfTag.page}`, path: deepOfTag.path, ...list, growth: 2 },
    {
      row: 'tags',
      name: 'two common tags',
      path: articles({ tagsAll: 'topic-1,topic-2' }),
      ...list,
      growth: 2,
    },
    {
      row: 'tags',
      name: 'two middling tags that hardly meet',
      path: articles({ tagsAll: 'topic-100,topic-151' }),
      growth: 2,
    },
    { row: 'feed', name: 'feed of the newest 20', path: '/v1/feeds/articles.atom', ...list, growth: 1.3 },
  ]
}

async function articlesOf(read: Read): Promise<Asked[]> {
  const id = await relatedMost(read)
  return [
    { row: 'article', name: 'one article with its text', path: `/v1/articles/${id}`, ...list, growth: 1.3 },
    {
      row: 'related',
      name: 'its related articles',
      path: `/v1/articles/${id}/related`,
      ...list,
      growth: 1.3,
    },
    { row: 'stories', name: 'front page: hottest stories', path: '/v1/stories', ...list, growth: 1.3 },
    {
      row: 'stories',
      name: 'front page with articles',
      path: '/v1/stories?include=articles',
      ...list,
      growth: 1.3,
    },
  ]
}

/** One of the newest articles that are of a story, to which as many are related as are shown, or the most. */
async function relatedMost(read: Read): Promise<string> {
  const most = { id: '', count: -1 }
  for (const { id: story } of (await read('/v1/stories?sort=newest')).data) {
    const [article] = (await read(`/v1/stories/${story}/articles?limit=1`)).data
    if (!article) continue
    const { length: count } = (await read(`/v1/articles/${article.id}/related`)).data
    if (count > most.count) Object.assign(most, { id: article.id, count })
    if (count >= relatedWanted) break
  }
  return most.id
}

async function searchesOf(read: Read): Promise<Asked[]> {
  const row = 'search'
  const deep = await pageFrom(read, search('market', newest), deepFound)
  const facets = 'tag,source,language,month'
  return [
    { row, name: 'search: common word, newest', path: search('market', newest), off: 0.2, growth: 2 },
    { row, name: 'search: common word, relevance', path: search('market'), off: 0.08, growth: 3 },
    { row, name: 'search: common Chinese word, newest', path: search('芯片', newest), off: 0.2, growth: 2 },
    { row, name: 'search: two words, newest', path: search('battery outage', newest), off: 0.2, growth: 2 },
    { row, name: 'search: two words, relevance', path: search('battery outage'), off: 0.08, growth: 3 },
    { row, name: 'search: rare word, newest', path: search(rareWord, newest), off: 0.2, growth: 2 },
    { row, name: 'search: rare word, relevance', path: search(rareWord), off: 0.08, growth: 3 },
    { row, name: `search: common word, newest, page ${deep.page}`, path: deep.path, growth: 2 },
    { row, name: 'search: phrase, newest', path: search('"chip market"', newest), growth: 2 },
    { row, name: 'search: beginning of a word, newest', path: search('batt*', newest), growth: 3 },
    {
      row,
      name: 'search: common word beside a tag',
      path: search('market', { ...newest, tagsAll: 'topic-60' }),
      growth: 3,
    },
    { row: 'facets', name: 'facets of a common word', path: search('market', { facets }), growth: 3 },
    { row: 'suggest', name: 'suggest', path: '/v1/search/suggest?q=mark', growth: 3 },
  ]
}

const others: Asked[] = [
  { row: 'changes', name: 'poll of changes, 100', path: '/v1/changes?after=1000&limit=100', growth: 1.3 },
]

/** A server that has not got going yet on a busy machine asks for patience. */
const reading = (origin: string) => async (path: string) => {
  for (;;) {
    const answer = await fetch(origin + path)
    const text = await answer.text()
    if (answer.ok) return JSON.parse(text) as Page
    if (answer.status !== 503) throw new Error(`GET ${path}: ${answer.status} ${text}`)
    await setTimeout(1000 * Number(answer.headers.get('retry-after') ?? 1))
  }
}

/** A page as deep as there is one, up to `deepest`, reached as a client reaches it: by following the cursors. */
async function pageFrom(read: Read, first: string, deepest: number): Promise<{ path: string; page: number }> {
  let page = 1
  let path = first
  for (let next = (await read(path)).page.next; next && page < deepest; page++) {
    path = `${first}&cursor=${next}`
    const found = await read(path)
    // The last page is seldom full, and bytes are what is compared.
    if (found.data.length < pageLimit) break
    next = found.page.next
  }
  return { path, page }
}
