import { beforeEach, expect, it } from 'vitest'
import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { tagChanges } from './newsroom.ts'

const ai = {
  slug: 'ai',
  name: 'Artificial intelligence',
  names: { en: 'Artificial intelligence', zh: '人工智能' },
  aliases: ['人工智能', 'artificial-intelligence'],
  description: 'Machines that learn.',
}

onEveryEngine('tags', (engine) => {
  let api: Api

  beforeEach(async () => {
    api = await startApi(await engine.open())
  })

  it('a tag is added, read, changed and deleted', async () => {
    const created = await api.post('/v1/tags', { body: ai })
    expect(created.status).toBe(201)
    expect(created.headers.location).toBe('/v1/tags/ai')
    expect(created.body).toMatchObject({
      ...ai,
      aliases: ['artificial-intelligence', '人工智能'],
      parent: null,
      articleCount: 0,
    })
    const read = await api.get('/v1/tags/ai')
    expect(read.body).toEqual(created.body)
    expect(read.headers.etag).toBe(created.headers.etag)
    const changed = await api.patch('/v1/tags/ai', { body: { name: 'AI', description: null } })
    expect(changed.body).toMatchObject({ slug: 'ai', name: 'AI', description: null, names: ai.names })
    expect((await api.get('/v1/tags/ai')).body).toEqual(changed.body)
    expect((await api.delete('/v1/tags/ai')).status).toBe(204)
    for (const slug of ['ai', 'artificial-intelligence']) {
      expect((await api.get(`/v1/tags/${slug}`)).status).toBe(404)
    }
    expect(await tagChanges(api)).toEqual(['created ai', 'updated ai', 'deleted ai'])
  })

  it('another slug is told under the old one first, and then under the new', async () => {
    await api.post('/v1/tags', { body: { slug: 'chips', name: 'Chips' } })
    await api.patch('/v1/tags/chips', { body: { slug: 'semiconductors' } })
    await api.patch('/v1/tags/semiconductors', { body: { slug: 'semiconductors', name: 'Semiconductors' } })
    const { body } = await api.get('/v1/changes?types=tag.updated')
    const told = body.data.map(({ resource }: { resource: { id: string } }) => resource.id)
    expect(told).toEqual(['chips', 'semiconductors', 'semiconductors'])
  })

  it('a slug is found however it is spelt', async () => {
    const { body } = await api.post('/v1/tags', { body: { slug: ' Machine_Learning ', name: 'ML' } })
    expect(body.slug).toBe('machine-learning')
    for (const spelt of [
      'MACHINE-learning',
      'machine%20learning',
      'ｍachine-Learning',
      'machine%E2%80%8B-learning',
    ]) {
      const read = await api.get(`/v1/tags/${encodeURI(decodeURIComponent(spelt))}`)
      expect(read.status).toBe(200)
      expect(read.body.slug).toBe('machine-learning')
    }
  })

  it('c++, c# and node.js are tags, whose addresses are encoded', async () => {
    for (const slug of ['C++', 'C#', 'Node.js', '半导体']) {
      const created = await api.post('/v1/tags', { body: { slug, name: slug } })
      expect(created.status).toBe(201)
      expect(created.headers.location).toBe(`/v1/tags/${encodeURIComponent(slug.toLowerCase())}`)
      expect((await api.get(created.headers.location ?? '')).body.name).toBe(slug)
    }
  })

  it('names are kept under canonical languages and patched one by one', async () => {
    await api.post('/v1/tags', { body: { ...ai, names: { EN: 'AI', 'zh-hans-cn': '人工智能' } } })
    const names = async (patch: unknown) =>
      (await api.patch('/v1/tags/ai', { body: { names: patch } })).body.names
    expect((await api.get('/v1/tags/ai')).body.names).toEqual({ en: 'AI', 'zh-Hans-CN': '人工智能' })
    expect(await names({ de: ' KI ', 'ZH-HANS-CN': null, fr: null })).toEqual({ de: 'KI', en: 'AI' })
    expect(await names({})).toEqual({ de: 'KI', en: 'AI' })
    expect(await names(null)).toEqual({})
  })

  it('a wrong member is refused with 422, which names it', async () => {
    await addTag(api, 'present')
    const wrong: [string, object][] = [
      ['slug', { slug: '' }],
      ['slug', { slug: '🚀' }],
      ['slug', { slug: 'a/b' }],
      ['slug', { slug: 'x'.repeat(81) }],
      ['slug', { slug: 'x'.repeat(300) }],
      ['slug', { slug: '\u200b' }],
      ['slug', { slug: null }],
      ['name', { name: ' ' }],
      ['name', { name: 'x'.repeat(101) }],
      ['name', { name: null }],
      ['names.!', { names: { '!': 'x' } }],
      ['names.en', { names: { en: '' } }],
      ['names.en', { names: { en: 'x'.repeat(101) } }],
      [
        'names',
        { names: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`en-x-${i + 100}`, 'x'])) },
      ],
      ['aliases.1', { aliases: ['fine', '?'] }],
      ['aliases', { aliases: 'fine' }],
      ['parent', { parent: 'nothing' }],
      ['parent', { parent: '🚀' }],
      ['description', { description: 'x'.repeat(2001) }],
      ['articleCount', { articleCount: 1 }],
    ]
    for (const [path, members] of wrong) {
      const created = await api.post('/v1/tags', { body: { slug: 'fresh', name: 'Fresh', ...members } })
      const patched = await api.patch('/v1/tags/present', { body: members })
      for (const { status, body } of [created, patched]) {
        expect.soft(status, JSON.stringify(members).slice(0, 100)).toBe(422)
        expect.soft(body.errors?.[0]).toMatchObject({ in: 'body', path })
      }
    }
    expect((await api.get('/v1/tags')).body.data).toHaveLength(1)
  })

  it('an alias answers 308 to the living tag for every method', async () => {
    await api.post('/v1/tags', { body: { slug: 'C++', name: 'C++', aliases: ['cpp', 'C plus plus'] } })
    const living = '/v1/tags/c%2B%2B'
    const read = await api.get('/v1/tags/CPP')
    expect(read.status).toBe(308)
    expect(read.headers.location).toBe(living)
    expect(read.headers['cache-control']).toContain('no-cache')
    expect(read.bytes).toHaveLength(0)
    expect((await api.get('/v1/tags/c-plus-plus')).headers.location).toBe(living)
    expect((await api.head('/v1/tags/cpp')).status).toBe(308)
    const patched = await api.patch('/v1/tags/cpp', { body: { name: 'Other' } })
    expect([patched.status, patched.headers.location]).toEqual([308, living])
    const deleted = await api.delete('/v1/tags/cpp')
    expect([deleted.status, deleted.headers.location]).toEqual([308, living])
    await addTag(api, 'languages')
    const merged = await api.put('/v1/tags/cpp/merge', { body: { into: 'languages' } })
    expect([merged.status, merged.headers.location]).toEqual([308, `${living}/merge`])
    expect((await api.get(living)).body.name).toBe('C++')
  })

  it('slugs and aliases share one namespace, and a conflict names the tag that has the slug', async () => {
    await api.post('/v1/tags', { body: ai })
    await addTag(api, 'robots', { aliases: ['androids'] })
    const taken: [object, string, string][] = [
      [{ slug: 'ROBOTS' }, 'slug', 'robots'],
      [{ slug: 'Androids' }, 'slug', 'robots'],
      [{ aliases: ['fine', 'robots'] }, 'aliases.1', 'robots'],
      [{ aliases: ['androids'] }, 'aliases.0', 'robots'],
    ]
    for (const [members, path, owner] of taken) {
      const created = await api.post('/v1/tags', { body: { slug: 'fresh', name: 'Fresh', ...members } })
      const patched = await api.patch('/v1/tags/ai', { body: members })
      for (const { status, body } of [created, patched]) {
        expect.soft(status, JSON.stringify(members)).toBe(409)
        expect.soft(body.tag).toBe(owner)
        expect.soft(body.detail).toContain(owner)
        expect.soft(body.errors?.[0]).toMatchObject({ in: 'body', path })
      }
    }
    expect((await api.get('/v1/tags/ai')).body.aliases).toEqual(['artificial-intelligence', '人工智能'])
  })

  it('of many who want one slug at the same time, as slug or alias, exactly one gets it', async () => {
    await Promise.all([addTag(api, 'x'), addTag(api, 'y'), addTag(api, 'z')])
    const wanted = await Promise.all([
      api.post('/v1/tags', { body: { slug: 'wanted', name: 'A' } }),
      api.post('/v1/tags', { body: { slug: 'b', name: 'B', aliases: ['wanted'] } }),
      api.post('/v1/tags', { body: { slug: 'c', name: 'C', aliases: ['wanted', 'c'] } }),
      api.patch('/v1/tags/x', { body: { slug: 'wanted' } }),
      api.patch('/v1/tags/y', { body: { aliases: ['wanted'] } }),
      api.patch('/v1/tags/z', { body: { slug: 'wanted' } }),
    ])
    const statuses = wanted.map((reply) => reply.status)
    expect(statuses.filter((status) => status < 300)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(5)
    expect((await api.get('/v1/tags/wanted')).status).toBeLessThan(400)
  })

  it('a new slug leaves the old one as an alias, and shows on the articles at once', async () => {
    const source = await addSource(api)
    await api.post('/v1/tags', { body: ai })
    await addTag(api, 'robots', { parent: 'ai' })
    const article = await addArticle(api, source, { tags: ['artificial-intelligence', 'AI', 'robots'] })
    expect(article.tags).toEqual([
      { slug: 'ai', name: ai.name },
      { slug: 'robots', name: 'ROBOTS' },
    ])
    const etag = (await api.get(`/v1/articles/${article.id}`)).headers.etag ?? ''
    const renamed = await api.patch('/v1/tags/ai', {
      body: { slug: 'machine-minds', name: 'Minds', aliases: [] },
    })
    expect(renamed.body).toMatchObject({ slug: 'machine-minds', aliases: ['ai'] })
    expect(renamed.headers['content-location']).toBe('/v1/tags/machine-minds')
    expect((await api.get('/v1/tags/ai')).headers.location).toBe('/v1/tags/machine-minds')
    expect((await api.get('/v1/tags/robots')).body.parent).toBe('machine-minds')
    const tags = [
      { slug: 'machine-minds', name: 'Minds' },
      { slug: 'robots', name: 'ROBOTS' },
    ]
    const read = await api.get(`/v1/articles/${article.id}`, { headers: { 'if-none-match': etag } })
    expect(read.body.tags).toEqual(tags)
    expect((await api.get('/v1/articles?tagsAll=ai')).body.data[0].tags).toEqual(tags)
    expect((await tagChanges(api)).at(-1)).toBe('updated machine-minds')
  })

  it('a tag and its alias may change places', async () => {
    await api.post('/v1/tags', { body: ai })
    const swapped = await api.patch('/v1/tags/ai', { body: { slug: 'artificial-intelligence' } })
    expect(swapped.body).toMatchObject({ slug: 'artificial-intelligence', aliases: ['ai', '人工智能'] })
    expect((await api.get('/v1/tags/ai')).status).toBe(308)
    expect((await api.get('/v1/tags/artificial-intelligence')).status).toBe(200)
  })

  it('a patch of the aliases frees those that it leaves out', async () => {
    await api.post('/v1/tags', { body: ai })
    const patched = await api.patch('/v1/tags/ai', { body: { aliases: ['AI', 'ki', 'KI'] } })
    expect(patched.body.aliases).toEqual(['ki'])
    expect((await api.post('/v1/tags', { body: { slug: '人工智能', name: '人工智能' } })).status).toBe(201)
    expect((await api.patch('/v1/tags/ai', { body: { aliases: null } })).body.aliases).toEqual([])
    expect((await api.get('/v1/tags/ki')).status).toBe(404)
  })

  it('an article with an unknown tag is refused with 422, which names its place', async () => {
    const source = await addSource(api)
    await addTag(api, 'chips')
    const body = {
      sourceId: source,
      url: 'https://a.example/1',
      title: 'A',
      publishedAt: '2026-11-01T00:00:00Z',
    }
    const refused = await api.post('/v1/articles', { body: { ...body, tags: ['chips', 'chops'] } })
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([{ in: 'body', path: 'tags.1', message: 'There is no tag "chops".' }])
  })

  it('the list is paged by slug, and filtered by parent with its aliases', async () => {
    await addTag(api, 'technology', { aliases: ['tech'] })
    await addTag(api, 'Zebra')
    for (const slug of ['chips', 'cars', '芯片', 'ai']) await addTag(api, slug, { parent: 'tech' })
    await addTag(api, 'deep', { parent: 'ai' })
    const slugs = async (query: string) => {
      const found: string[] = []
      let next: string | null = null
      do {
        const page: Awaited<ReturnType<Api['get']>> = await api.get(
          `/v1/tags?limit=2&${query}${next === null ? '' : `&cursor=${next}`}`,
        )
        expect(page.headers.link === undefined).toBe(page.body.page.next === null)
        found.push(...page.body.data.map((tag: { slug: string }) => tag.slug))
        next = page.body.page.next
      } while (next !== null)
      return found
    }
    expect(await slugs('')).toEqual(['ai', 'cars', 'chips', 'deep', 'technology', 'zebra', '芯片'])
    expect(await slugs('parent=technology')).toEqual(['ai', 'cars', 'chips', '芯片'])
    expect(await slugs('parent=TECH')).toEqual(['ai', 'cars', 'chips', '芯片'])
    expect(await slugs('parent=zebra')).toEqual([])
    expect(await slugs('parent=nothing')).toEqual([])
  })

  it('a list asked for with a wrong parameter is refused with 400', async () => {
    for (const query of ['q=ai', 'limit=x', 'cursor=x', `parent=${'x'.repeat(201)}`]) {
      expect.soft((await api.get(`/v1/tags?${query}`)).status, query).toBe(400)
    }
  })

  it('a parameter that an operation does not know is refused by name', async () => {
    await addTag(api, 'chips')
    const sent = [
      api.get('/v1/tags/chips?langauge=zh'),
      api.post('/v1/tags?langauge=zh', { body: ai }),
      api.patch('/v1/tags/chips?langauge=zh', { body: {} }),
      api.delete('/v1/tags/chips?langauge=zh'),
    ]
    for (const { status, body } of await Promise.all(sent)) {
      expect.soft(status).toBe(400)
      expect.soft(body.errors[0]).toMatchObject({ in: 'query', path: 'langauge' })
    }
    expect((await api.get('/v1/tags')).body.data).toHaveLength(1)
  })

  it('what cannot be a slug is a 404 for every method', async () => {
    for (const slug of ['none', '%F0%9F%9A%80', 'a%2Fb', '-', '%20', `${'x'.repeat(900)}`]) {
      expect.soft((await api.get(`/v1/tags/${slug}`)).status, slug).toBe(404)
      expect.soft((await api.patch(`/v1/tags/${slug}`, { body: {} })).status, slug).toBe(404)
      expect.soft((await api.delete(`/v1/tags/${slug}`)).status, slug).toBe(404)
      expect.soft((await api.put(`/v1/tags/${slug}/merge`, { body: { into: 'x' } })).status, slug).toBe(404)
    }
  })

  it('a write with an If-Match that is out of date changes nothing', async () => {
    await addTag(api, 'chips')
    await addTag(api, 'silicon')
    const old = { 'if-match': (await api.get('/v1/tags/chips')).headers.etag ?? '' }
    expect((await api.patch('/v1/tags/chips', { body: { name: 'B' }, headers: old })).status).toBe(200)
    expect((await api.patch('/v1/tags/chips', { body: { name: 'C' }, headers: old })).status).toBe(412)
    expect((await api.delete('/v1/tags/chips', { headers: old })).status).toBe(412)
    expect((await api.put('/v1/tags/chips/merge', { body: { into: 'silicon' }, headers: old })).status).toBe(
      412,
    )
    const now = await api.get('/v1/tags/chips')
    expect(now.body.name).toBe('B')
    expect(
      (await api.delete('/v1/tags/chips', { headers: { 'if-match': now.headers.etag ?? '' } })).status,
    ).toBe(204)
  })

  it('a validator moves with the count of articles, and a write still accepts the one from before', async () => {
    const source = await addSource(api)
    await addTag(api, 'chips')
    const before = (await api.get('/v1/tags/chips')).headers.etag ?? ''
    await addArticle(api, source, { tags: ['chips'] })
    const after = await api.get('/v1/tags/chips', { headers: { 'if-none-match': before } })
    expect([after.status, after.body.articleCount]).toEqual([200, 1])
    const same = await api.get('/v1/tags/chips', { headers: { 'if-none-match': after.headers.etag ?? '' } })
    expect(same.status).toBe(304)
    expect(
      (await api.patch('/v1/tags/chips', { body: { name: 'B' }, headers: { 'if-match': before } })).status,
    ).toBe(200)
  })
})
