import { expect } from 'vitest'
import type { Api } from '../support/api.ts'

export type Link = {
  id: string
  kind: string
  origin: string
  position: number
  target: { article?: { id: string }; url?: string; title?: string }
}

/** The body of a link to a page elsewhere. */
export const bare = (title: string, members = {}) => ({
  kind: 'related',
  target: { url: `https://elsewhere.example/${encodeURIComponent(title)}`, title },
  ...members,
})

/** The links of one article, as a client meets them. */
export function linksOf(api: Api, articleId: string) {
  const path = `/v1/articles/${articleId}/related`
  const list = async (query = '') => (await api.get(path + query)).body
  return {
    path,
    list,
    async add(body: object): Promise<Link> {
      const answer = await api.post(path, { body })
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
      return answer.body
    },
    ids: async (query = ''): Promise<string[]> => (await list(query)).data.map((link: Link) => link.id),
    titles: async (query = ''): Promise<string[]> =>
      (await list(query)).data.map((link: Link) => link.target.title),
    linkChanges: async () =>
      (await api.get('/v1/changes?limit=1000&types=link.created,link.updated,link.deleted')).body.data,
  }
}
