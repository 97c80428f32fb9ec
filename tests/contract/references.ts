/**
 * Members that name something that is there, must be new, or is reached: what is sent in their place comes from a request
 * that succeeds, since no schema knows what there is.
 */
const known: Record<string, string[]> = {
  createArticle: ['sourceId', 'tags', 'externalId', 'url', 'translationOf'],
  putArticle: ['tags', 'url', 'translationOf'],
  patchArticle: ['attribution', 'tags', 'externalId', 'url', 'translationOf'],
  importArticles: ['sourceId', 'tags', 'externalId', 'url', 'translationOf'],
  createSource: ['feedUrl', 'tags'],
  patchSource: ['feedUrl', 'tags'],
  createTag: ['slug', 'aliases', 'parent'],
  patchTag: ['slug', 'aliases', 'parent'],
  mergeTag: ['into'],
  createStory: ['articleIds'],
  mergeStory: ['into'],
  createRelatedLink: ['target'],
  orderRelatedLinks: ['order'],
  createWebhook: ['url', 'query'],
  patchWebhook: ['url', 'query'],
  createReplay: ['fromSeq', 'toSeq'],
  discoverFeeds: ['url'],
  extractArticle: ['url', 'html'],
}

/** The body with what only the server can know taken from one that succeeds. */
export function withKnown(id: string, body: unknown, good: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  const filled = { ...body } as Record<string, unknown>
  const from = (good ?? {}) as Record<string, unknown>
  for (const name of known[id] ?? []) {
    if (name in from) filled[name] = from[name]
    else delete filled[name]
  }
  return filled
}

/** Whether this is a member of which only the server can tell whether it is right. */
export function isKnown(id: string, path: string): boolean {
  const [first = ''] = path.split('.')
  return (known[id] ?? []).includes(first)
}
