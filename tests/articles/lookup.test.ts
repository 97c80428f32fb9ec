import { beforeEach, expect, it } from 'vitest'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addArticle, addSource } from './newsroom.ts'

onEveryEngine('looking an article up by its address', (engine) => {
  let api: Api
  let id: string
  let sourceId: string

  beforeEach(async () => {
    api = await startApi(await engine.open())
    sourceId = await addSource(api)
    const article = await addArticle(api, sourceId, {
      url: 'https://www.lighthouse.example/news/1?id=7',
      canonicalUrl: 'https://origin.example/first',
    })
    id = article.id
  })

  const lookup = (url: string) => api.get(`/v1/articles/lookup?url=${encodeURIComponent(url)}`)

  it.each([
    'https://www.lighthouse.example/news/1?id=7',
    'http://lighthouse.example/news/1/?id=7#part',
    'https://m.lighthouse.example/news/1?utm_source=x&id=7&fbclid=y',
    'https://wap.lighthouse.example/news/1?id=7&spm=a.b',
    'https://amp.lighthouse.example/news/1/amp?id=7',
    'https://lighthouse.example/news/1/index.html?id=7',
    'https://origin.example/first',
  ])('finds it at %s', async (url) => {
    expect((await lookup(url)).body.id).toBe(id)
  })

  it.each([
    'https://lighthouse.example/news/1?id=8',
    'https://lighthouse.example/news',
    'https://other.example/news/1?id=7',
  ])('does not take %s for it', async (url) => {
    expect((await lookup(url)).status).toBe(404)
  })

  it('finds it at an address that it had before', async () => {
    await api.patch(`/v1/articles/${id}`, { body: { url: 'https://lighthouse.example/moved' } })
    expect((await lookup('https://lighthouse.example/news/1?id=7')).body.id).toBe(id)
    expect((await lookup('https://lighthouse.example/moved')).body.id).toBe(id)
  })

  it('prefers the article that stands at the address to one that only names it', async () => {
    const original = await addArticle(api, await addSource(api, { name: 'Origin' }), {
      url: 'https://origin.example/first',
    })
    expect((await lookup('https://origin.example/first')).body.id).toBe(original.id)
  })

  it('tells of a withdrawal, and hides a draft', async () => {
    await addArticle(api, sourceId, { url: 'https://lighthouse.example/draft', state: 'draft' })
    expect((await lookup('https://lighthouse.example/draft')).status).toBe(404)
    await api.put(`/v1/articles/${id}/withdrawal`, { body: { reason: 'x' } })
    expect((await lookup('https://origin.example/first')).status).toBe(410)
  })

  it.each(['', 'nonsense', 'javascript:alert(1)', 'https://user:secret@lighthouse.example/'])(
    'refuses %s',
    async (url) => {
      expect((await lookup(url)).status).toBe(400)
    },
  )
})
