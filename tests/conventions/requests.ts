import { createHmac } from 'node:crypto'
import { upsertSubscription } from '../../src/ingestion/subscription-store.ts'
import { callbackPath } from '../../src/ingestion/websub.ts'
import { newLink, next, type Room } from './room.ts'

/** Of whoever is going to ask, where something is seen only by who made it; the administrator's without it. */
type Key = string | null | undefined

/** A request that succeeds, on something that was made for it. */
export type Valid = {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
  /** Without which it would be refused. */
  headers?: Record<string, string>
  /** The version of what is written to, where no GET at this address or the one above it tells. */
  etag?: string
}

const nothing = async (): Promise<Valid> => ({})
const article = async (room: Room): Promise<Valid> => ({ params: { id: await room.article() } })
const source = async (room: Room): Promise<Valid> => ({ params: { id: await room.source() } })
const tag = async (room: Room): Promise<Valid> => ({ params: { slug: await room.tag() } })
const partner = async (room: Room): Promise<Valid> => ({ params: { id: await room.partner() } })
const key = async (room: Room): Promise<Valid> => ({ params: await room.partnerKey() })

async function link(room: Room): Promise<Valid> {
  const id = await room.article()
  return { params: { id, linkId: await room.link(id) } }
}

const story = async (room: Room): Promise<Valid> => ({ params: { id: (await room.story()).id } })

async function taggedArticle(room: Room): Promise<Valid> {
  const slug = await room.tag()
  return { params: { id: await room.article({ tags: [slug] }), slug } }
}

async function content(room: Room) {
  return {
    url: `https://lighthouse.example/pushed/${next()}`,
    canonicalUrl: `https://origin.example/${next()}`,
    title: 'Heron 2 leaves the lab',
    summary: 'Half the power of the first.',
    language: 'en',
    authors: [{ name: 'Mara Quill', url: 'https://lighthouse.example/mara', role: 'author' }],
    imageUrl: 'https://lighthouse.example/heron.png',
    publishedAt: '2026-11-23T06:08:00.000Z',
    attribution: { text: 'Lighthouse Daily', licence: 'CC-BY-4.0', required: true },
    translationOf: { url: 'https://origin.example/first', language: 'zh' },
    tags: [await room.tag()],
    body: { html: '<h2>Power</h2><p>Half a watt.</p>' },
    state: 'published',
  }
}

async function pushed(room: Room): Promise<Valid> {
  const externalId = `heron-${next()}`
  const url = `https://lighthouse.example/${externalId}`
  const id = await room.article({ externalId, url })
  const { headers } = await room.api.get(`/v1/articles/${id}`)
  return {
    params: { id: room.sourceId, externalId },
    body: { ...(await content(room)), url },
    etag: headers.etag,
  }
}

async function withdrawn(room: Room): Promise<Valid> {
  const id = await room.article()
  const { headers } = await room.api.put(`/v1/articles/${id}/withdrawal`, { body: { reason: 'copyright' } })
  return { params: { id }, etag: headers.etag }
}

async function orderedLinks(room: Room): Promise<Valid> {
  const id = await room.article()
  const [first, second] = [await room.link(id), await room.link(id)]
  return { params: { id }, body: { order: [second, first] } }
}

async function newTag(room: Room) {
  const slug = `new-${next()}`
  const parent = await room.tag()
  return { slug, name: 'Chips', names: { en: 'Chips', zh: '芯片' }, aliases: [`${slug}-too`], parent }
}

const newSource = () => ({
  name: 'Lighthouse Daily',
  homeUrl: 'https://lighthouse.example/',
  feedUrl: `https://lighthouse.example/feed/${next()}`,
  language: 'en',
  attributionTemplate: '{author}, {source}',
})

const opml = (number: number) => `<opml version="2.0"><body><outline text="Chips">
  <outline text="Lighthouse Daily" xmlUrl="https://lighthouse.example/list/${number}"/></outline></body></opml>`

const topic = 'https://lighthouse.example/feed.xml'

/** A subscription that a hub has been asked for, as the hub knows it. */
async function subscription({ database, source }: Room) {
  const source_id = await source()
  const secret = 'a secret of the subscription'
  const asked = { source_id, hub_url: 'https://hub.example/', topic_url: topic, secret }
  const requested_at = '2026-11-23T06:08:00.000Z'
  await database.write((tx) =>
    upsertSubscription(tx, { ...asked, state: 'requested', requested_at, expires_at: null }),
  )
  const [id = '', token = ''] = callbackPath(asked).split('/').slice(-2)
  return { params: { id, token }, secret }
}

const webhook = async (room: Room, key?: Key): Promise<Valid> => ({ params: { id: await room.webhook(key) } })

async function delivery(room: Room, key?: Key): Promise<Valid> {
  const id = await room.webhook(key)
  return { params: { id, deliveryId: await room.delivery(id) } }
}

async function pushedFeed(room: Room): Promise<Valid> {
  const { params, secret } = await subscription(room)
  const body = '<rss version="2.0"><channel><title>Lighthouse Daily</title></channel></rss>'
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return { params, body, headers: { 'x-hub-signature': `sha256=${signature}` } }
}

const newKey = { name: 'Importer', scopes: ['articles:write'], expiresAt: '2999-01-01T00:00:00.000Z' }

/** By operation. One of the document that is not here fails the tests: whoever adds it says here how it succeeds. */
export const requests: Record<string, (room: Room, key?: Key) => Promise<Valid>> = {
  getHealth: nothing,
  getReadiness: nothing,
  getMetrics: nothing,
  getDocument: nothing,
  listProblemKinds: nothing,
  getProblemKind: async () => ({ params: { code: 'not-found' } }),

  listArticles: nothing,
  exportArticles: nothing,
  async lookupArticle(room) {
    const url = `https://lighthouse.example/lookup/${next()}`
    await room.article({ url })
    return { query: { url } }
  },
  createArticle: async (room) => ({
    body: { sourceId: room.sourceId, externalId: `new-${next()}`, ...(await content(room)) },
  }),
  importArticles: async (room) => ({
    body: `${JSON.stringify({ sourceId: room.sourceId, ...(await content(room)) })}\n`,
  }),
  extractArticle: async () => ({
    body: { url: 'https://lighthouse.example/page', html: '<h1>Heron 2</h1><p>Half a watt.</p>' },
  }),
  getArticle: article,
  patchArticle: async (room) => ({
    ...(await article(room)),
    body: { title: 'Changed', authors: [{ name: 'Ivo Renn' }], attribution: { text: 'Changed' } },
  }),
  deleteArticle: article,
  putArticle: pushed,
  listRevisions: article,
  getRevision: async (room) => ({ params: { id: await room.article(), revision: '1' } }),
  withdrawArticle: async (room) => ({
    ...(await article(room)),
    body: { reason: 'copyright', note: 'Asked for by the publisher.' },
  }),
  restoreArticle: withdrawn,
  tagArticle: async (room) => ({ params: { id: await room.article(), slug: await room.tag() } }),
  untagArticle: taggedArticle,

  getSuggestions: async () => ({ query: { q: 'chi' } }),

  listRelatedLinks: article,
  createRelatedLink: async (room) => ({ ...(await article(room)), body: newLink() }),
  orderRelatedLinks: orderedLinks,
  getRelatedLink: link,
  updateRelatedLink: async (room) => ({
    ...(await link(room)),
    body: { note: 'Changed', target: { title: 'x' } },
  }),
  deleteRelatedLink: link,
  findRelated: async () => ({ query: { text: 'Heron 2 leaves the lab with half the power.' } }),
  explainRelation: async (room) => ({ params: { id: await room.article(), otherId: await room.article() } }),

  listStories: nothing,
  createStory: async (room) => ({
    body: { articleIds: [await room.article(), await room.article()], title: 'Heron 2' },
  }),
  getStory: story,
  patchStory: async (room) => ({ ...(await story(room)), body: { title: 'Changed' } }),
  listStoryArticles: story,
  mergeStory: async (room) => ({ ...(await story(room)), body: { into: (await room.story()).id } }),
  addStoryArticle: async (room) => ({
    params: { id: (await room.story()).id, articleId: await room.article() },
  }),
  async removeStoryArticle(room) {
    const { id, articleIds } = await room.story()
    return { params: { id, articleId: articleIds[0] as string } }
  },

  listTags: nothing,
  createTag: async (room) => ({ body: await newTag(room) }),
  getTag: tag,
  patchTag: async (room) => ({ ...(await tag(room)), body: { name: 'Changed', names: { de: 'Geändert' } } }),
  deleteTag: tag,
  mergeTag: async (room) => ({ ...(await tag(room)), body: { into: await room.tag() } }),

  listSources: nothing,
  createSource: async () => ({ body: newSource() }),
  getSource: source,
  patchSource: async (room) => ({ ...(await source(room)), body: { name: 'Changed' } }),
  deleteSource: source,
  listFetches: source,
  requestFetch: async (room) => ({
    params: { id: await room.source({ feedUrl: `https://lighthouse.example/feed/${next()}` }) },
  }),
  discoverFeeds: async (room) => ({ body: { url: room.feedUrl } }),
  exportSources: nothing,
  importSources: async () => ({ body: opml(next()) }),

  getArticlesRss: nothing,
  getArticlesAtom: nothing,
  getArticlesJson: nothing,
  getStoriesRss: nothing,
  getStoriesAtom: nothing,
  getStoriesJson: nothing,
  getTagsOpml: nothing,

  verifySubscription: async (room) => ({
    params: (await subscription(room)).params,
    query: { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.challenge': 'heron' },
  }),
  pushFeed: pushedFeed,

  listChanges: nothing,
  // With 0 it ends with what is there already.
  streamChanges: async () => ({ query: { duration: '0' } }),

  listWebhooks: nothing,
  createWebhook: async (room) => ({
    body: {
      url: room.receiverUrl,
      description: 'The desk for chips',
      types: ['article.published'],
      query: { q: 'chips', tagsAny: [await room.tag()], source: [room.sourceId], language: ['en'] },
      state: 'active',
    },
  }),
  getWebhook: webhook,
  patchWebhook: async (room, key) => ({
    ...(await webhook(room, key)),
    body: { description: 'Changed', query: { q: 'heron', tagsNone: [await room.tag()] } },
  }),
  deleteWebhook: webhook,
  rotateWebhookSecret: async (room, key) => ({
    ...(await webhook(room, key)),
    body: { overlapSeconds: 3600 },
  }),
  listDeliveries: webhook,
  getDelivery: delivery,
  replayDelivery: delivery,
  createReplay: async (room, key) => ({ ...(await webhook(room, key)), body: { fromSeq: 1, toSeq: 1 } }),
  pingWebhook: webhook,

  getMe: nothing,
  listPartners: nothing,
  createPartner: async () => ({ body: { name: 'Lighthouse Daily', contact: 'api@lighthouse.example' } }),
  getPartner: partner,
  patchPartner: async (room) => ({ ...(await partner(room)), body: { name: 'Changed' } }),
  deletePartner: partner,
  listKeys: partner,
  createKey: async (room) => ({ ...(await partner(room)), body: newKey }),
  getKey: key,
  patchKey: async (room) => ({ ...(await key(room)), body: { name: 'Changed', requestsPerDay: 1000 } }),
  revokeKey: key,
  rotateKey: async (room) => ({ ...(await key(room)), body: { overlapSeconds: 3600 } }),
}

export async function validRequest(room: Room, { id }: { id: string }, key?: Key): Promise<Valid> {
  const make = requests[id]
  if (!make) throw new Error(`tests/conventions/requests.ts does not say how ${id} succeeds.`)
  return make(room, key)
}
