import { expect, it } from 'vitest'
import { type Access, scopes } from '../../src/http/access.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addKey } from './keyring.ts'

/** What each operation asks for. One that is not here fails the test: whoever adds it says here who may use it. */
const expected: Record<Access, string> = {
  public: `getHealth getReadiness getDocument listProblemKinds getProblemKind verifySubscription
    pushFeed`,
  key: 'getMe',
  read: `getMetrics listArticles getSuggestions lookupArticle getArticle exportArticles listRevisions getRevision listRelatedLinks
    getRelatedLink findRelated explainRelation listStories getStory listStoryArticles listChanges streamChanges getArticlesRss getArticlesAtom getArticlesJson getStoriesRss getStoriesAtom getStoriesJson getTagsOpml
    listSources getSource listFetches exportSources listTags getTag`,
  'articles:write': `createArticle importArticles putArticle patchArticle deleteArticle withdrawArticle restoreArticle
    tagArticle untagArticle extractArticle`,
  'stories:write': `createRelatedLink orderRelatedLinks updateRelatedLink deleteRelatedLink createStory
    patchStory mergeStory addStoryArticle removeStoryArticle`,
  'tags:write': 'createTag patchTag deleteTag mergeTag',
  'sources:write': 'createSource patchSource deleteSource requestFetch importSources discoverFeeds',
  'webhooks:write': `listWebhooks createWebhook getWebhook patchWebhook deleteWebhook rotateWebhookSecret listDeliveries getDelivery
    replayDelivery createReplay pingWebhook`,
  admin: `listPartners createPartner getPartner patchPartner deletePartner listKeys createKey getKey patchKey revokeKey
    rotateKey`,
}
const accessOf = new Map(
  Object.entries(expected).flatMap(([access, ids]) =>
    ids.split(/\s+/).map((id) => [id, access as Access] as const),
  ),
)

type Role = { name: string; key: string | null; scopes: readonly string[] }

onEveryEngine('access', (engine) => {
  it.each(['open', 'key'] as const)('to each operation is as listed here, reads being %s', async (reads) => {
    const api = await startApi(await engine.open(), { readAccess: reads })
    const roles = await everyRole(api)
    const wrong: string[] = []
    for (const { id, method, url } of operations(api)) {
      for (const role of roles) {
        const status = statusOf(accessOf.get(id), role, reads)
        const answer = await api.app.inject({ method, url, headers: authorization(role.key) })
        const refused = [401, 403].includes(answer.statusCode) ? answer.statusCode : 'let in'
        if (refused !== status) wrong.push(`${id} as ${role.name}: ${answer.statusCode}, not ${status}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

/** Nobody, a bad key, a key with each scope, one with all but that of an administrator, and an administrator's. */
async function everyRole(api: Api): Promise<Role[]> {
  const bad = await addKey(api)
  await api.delete(bad.path)
  const sets = [...scopes.map((scope) => [scope]), scopes.filter((scope) => scope !== 'admin')]
  const roles: Role[] = [
    { name: 'nobody', key: null, scopes: [] },
    { name: 'a revoked key', key: bad.key, scopes: [] },
  ]
  for (const set of sets) {
    roles.push({ name: set.join(' '), key: (await addKey(api, { scopes: set })).key, scopes: set })
  }
  return roles
}

function statusOf(access: Access | undefined, role: Role, reads: 'open' | 'key') {
  if (access === undefined) return 'listed'
  if (access === 'public') return 'let in'
  if (role.name === 'a revoked key') return 401
  if (access === 'read' && reads === 'open') return 'let in'
  if (role.key === null) return 401
  const enough = access === 'key' || role.scopes.includes(access) || role.scopes.includes('admin')
  return enough ? 'let in' : 403
}

/** Every operation of the document, at an address where nothing is. */
function operations(api: Api) {
  const { paths } = api.app.swagger() as unknown as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      id: operationId,
      method: method.toUpperCase() as 'GET',
      // A stream that ends by itself.
      url: path.replace(/\{[^}]+\}/g, 'none') + (operationId === 'streamChanges' ? '?duration=0' : ''),
    })),
  )
}

const authorization = (key: string | null) => (key === null ? {} : { authorization: `Bearer ${key}` })
