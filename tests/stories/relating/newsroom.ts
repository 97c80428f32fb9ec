import { relateAll } from '../../../src/stories/relating/linker.ts'
import { addArticle, addSource } from '../../articles/newsroom.ts'
import { startApi } from '../../support/api.ts'
import type { Engine } from '../../support/engines.ts'

type Told = { title: string; text: string }

/** A newsroom of three outlets whose articles are related as soon as `relate` is called. */
export async function relatedNewsroom(engine: Engine) {
  const database = await engine.open()
  const api = await startApi(database)
  const outlets = {
    lighthouse: await addSource(api, { name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/' }),
    harbour: await addSource(api, { name: 'Harbour Post', homeUrl: 'https://harbour.example/' }),
    lantern: await addSource(api, { name: '灯笼周报', homeUrl: 'https://lantern.example/' }),
  }
  let count = 0
  return {
    api,
    database,
    outlets,
    relate: () => relateAll(database),
    /** Publishes a text, at a time of 2 November 2026 or at a whole one, and answers the article. */
    async publish(outlet: keyof typeof outlets, { title, text }: Told, at = '08:00', members = {}) {
      const publishedAt = at.includes('T') ? at : `2026-11-02T${at}:00Z`
      const url = `https://${outlet}.example/${++count}`
      return addArticle(api, outlets[outlet], { url, title, body: { text }, publishedAt, ...members })
    },
    article: async (id: string) => (await api.get(`/v1/articles/${id}`)).body,
    related: async (id: string, query = '') => (await api.get(`/v1/articles/${id}/related${query}`)).body,
  }
}

export type Newsroom = Awaited<ReturnType<typeof relatedNewsroom>>

/** The titles of what a list of links leads to. */
export const titlesOf = (list: { data: { target: { article: { title: string } } }[] }): string[] =>
  list.data.map((link) => link.target.article.title)
