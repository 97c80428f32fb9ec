import type { Api } from '../support/api.ts'

type Members = Record<string, unknown>

/** Makes a source and answers its id. */
export async function addSource(api: Api, members: Members = {}): Promise<string> {
  const answer = await api.post('/v1/sources', {
    body: { name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/', ...members },
  })
  return answer.body.id
}

export async function addTag(api: Api, slug: string, members: Members = {}): Promise<void> {
  await api.post('/v1/tags', { body: { slug, name: slug.toUpperCase(), ...members } })
}

let count = 0

/** Makes an article with an address of its own and answers it. */
export async function addArticle(api: Api, sourceId: string, members: Members = {}) {
  count++
  const answer = await api.post('/v1/articles', {
    body: {
      sourceId,
      url: `https://lighthouse.example/story/${count}`,
      title: `Story ${count}`,
      publishedAt: '2026-11-01T00:00:00Z',
      ...members,
    },
  })
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

// biome-ignore lint/suspicious/noExplicitAny: any list of the API.
type Reader = { get(url: string): Promise<{ status: number; body: any }> }

/** Every id of a list, page by page to its end. */
export async function allIds(api: Reader, url: string): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const separator = url.includes('?') ? '&' : '?'
    const page = await api.get(
      cursor === null ? url : `${url}${separator}cursor=${encodeURIComponent(cursor)}`,
    )
    if (page.status !== 200) throw new Error(`${page.status} ${JSON.stringify(page.body)}`)
    ids.push(...page.body.data.map((article: { id: string }) => article.id))
    cursor = page.body.page.next
  } while (cursor !== null)
  return ids
}
