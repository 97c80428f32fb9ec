import { idPlace } from './articles.ts'
import { rareWord } from './corpus.ts'
import { type idsOf, jsonOf, sqliteOf } from './peer-data.ts'

/** How many times as fast ours is to be, without its cache. */
export const goals = { newest: 20, article: 3, deep: 20, search: 60, rare: 60, create: 2 }
const deepTagPage = 1000
const pageLimit = 20

export type Work = keyof typeof goals
export type Peer = {
  name: string
  program: string
  articles: number
  makeData: (corpus: string, file: string) => Promise<void>
  paths: (ids: ReturnType<typeof idsOf>) => Record<Exclude<Work, 'create'>, string>
  create: { path: string; body: (sourceId: string) => object }
  /** Where each create writes everything anew. */
  creators: number
}

const written = { url: `https://source-1.example/${idPlace}`, title: 'A chip for the market', language: 'en' }
const now = '2026-11-01T00:00:00.000Z'
const graphql = (query: string) => `/graphql?${new URLSearchParams({ query })}`
/** It has no index of texts: this reads the newest titles until so many have the word. */
const titlesLike = (word: string) =>
  `/articles/?limit=${pageLimit}&where.title.like=%25${word}%25&orderby.publishedAt=desc`
const card = 'id url title summary language publishedAt source { id name } articleTags { tag { slug name } }'

/**
 * directus is not among them: it installs only where its drivers (sqlite3, isolated-vm) are compiled or downloaded by their install
 * scripts, which are not run here.
 */
export const peers: Peer[] = [
  {
    name: '@platformatic/db',
    program: 'peers/platformatic.ts',
    articles: 100_000,
    makeData: sqliteOf,
    paths: ({ article, tag }) => ({
      newest: graphql(
        `{ articles(limit: ${pageLimit}, orderBy: [{ field: publishedAt, direction: DESC }]) { ${card} } }`,
      ),
      article: `/articles/${article}`,
      deep: graphql(
        `{ articleTags(where: { tagId: { eq: "${tag}" } }, limit: ${pageLimit}, offset: ${deepTagPage * pageLimit}, orderBy: [{ field: publishedAt, direction: DESC }]) { article { ${card} } } }`,
      ),
      search: titlesLike('market'),
      rare: titlesLike(rareWord),
    }),
    create: {
      path: '/articles/',
      body: (sourceId) => ({
        id: idPlace,
        ...written,
        sourceId,
        publishedAt: now,
        body: '<p>A short text.</p>',
      }),
    },
    creators: 8,
  },
  {
    name: 'json-server',
    program: 'peers/json-server.ts',
    articles: 10_000,
    makeData: jsonOf,
    paths: ({ article }) => ({
      newest: `/articles?_sort=publishedAt&_order=desc&_limit=${pageLimit}`,
      article: `/articles/${article}`,
      deep: `/articles?tags_like=topic-1&_sort=publishedAt&_order=desc&_limit=${pageLimit}&_page=100`,
      search: `/articles?q=market&_sort=publishedAt&_order=desc&_limit=${pageLimit}`,
      rare: `/articles?q=${rareWord}&_sort=publishedAt&_order=desc&_limit=${pageLimit}`,
    }),
    create: {
      path: '/articles',
      body: () => ({
        id: idPlace,
        ...written,
        publishedAt: now,
        tags: ['topic-1'],
        body: '<p>A short text.</p>',
      }),
    },
    creators: 1,
  },
]
