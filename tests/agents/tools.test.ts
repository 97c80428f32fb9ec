import { expect, it } from 'vitest'
import { startAnswering } from '../openapi/answers.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { call, newsroom, overHttp, overStdio, startHttp } from './host.ts'

const [sqlite] = engines as [Engine]

onEveryEngine('agents', (engine) => {
  it('read the newsroom on stdin and stdout', { timeout: 120_000 }, async () => {
    const { api, url } = await newsroom(engine)
    const client = await overStdio({ DATABASE_URL: url })
    expect(client.getInstructions()).toContain('list_stories')

    const found = await call(client, 'search_articles', { q: 'chip', limit: 2, language: ['en'] })
    expect(found.structured.articles).toHaveLength(2)
    const [first] = found.structured.articles
    expect(found.text).toContain(`${first.title} (${first.source}, `)
    expect(first.credit).toBeTruthy()
    expect(first.excerpt ?? first.title).toMatch(/chip/i)
    const rest = { q: 'chip', limit: 2, language: ['en'], cursor: found.structured.next }
    const next = await call(client, 'search_articles', rest)
    expect(next.structured.articles.map(({ id }: { id: string }) => id)).not.toContain(first.id)

    const expected = (await api.get(`/v1/articles/${first.id}`, { key: null })).body
    const read = await call(client, 'get_article', { id: first.id })
    expect(read.structured).toMatchObject({
      title: expected.title,
      text: expected.body.text,
      nextOffset: null,
    })
    expect(read.text).toContain(`Credit: ${expected.attribution.text}`)
    const byUrl = await call(client, 'get_article', { url: `${first.url}?utm_source=x` })
    expect(byUrl.structured).toEqual(read.structured)

    const front = await call(client, 'list_stories', { limit: 3 })
    const [story] = front.structured.stories
    expect(front.text).toContain(`id ${story.id}`)
    const whole = await call(client, 'get_story', { id: story.id })
    expect(whole.structured.articles).toHaveLength(story.articleCount)
    expect(whole.structured.story).toEqual(story)

    const links = (await api.get(`/v1/articles/${story.representative.id}/related`, { key: null })).body.data
    const related = await call(client, 'related_articles', { id: story.representative.id })
    expect(related.structured.related.map(({ title }: { title: string }) => title)).toEqual(
      links.map(
        ({ target }: { target: { title?: string; article?: { title: string } } }) =>
          target.article?.title ?? target.title,
      ),
    )
    expect(related.structured.related.length).toBeGreaterThan(0)
  })

  it('follow what changes', { timeout: 120_000 }, async () => {
    const { api, url } = await newsroom(engine)
    const client = await overStdio({ DATABASE_URL: url })
    const latest = await call(client, 'recent_changes', { limit: 5 })
    expect(latest.structured.changes).toHaveLength(5)
    expect(latest.structured.more).toBe(false)
    const after = latest.structured.position
    expect((await call(client, 'recent_changes', { after })).structured.changes).toEqual([])
    await api.post('/v1/tags', { body: { slug: 'ferries', name: 'Ferries' } })
    const now = await call(client, 'recent_changes', { after, types: ['tag.created'] })
    expect(now.structured.changes).toMatchObject([{ type: 'tag.created', resource: { id: 'ferries' } }])
    expect(now.text).toContain(`tag.created ferries\nPosition ${after + 1}.`)
  })

  it('read over HTTP with the keys and the access of the API', { timeout: 120_000 }, async () => {
    const { api, url } = await newsroom(engine)
    const { program, url: address } = await startHttp({ DATABASE_URL: url, READ_ACCESS: 'key' })
    const nobody = await overHttp(address)
    const refused = await call(nobody, 'list_stories')
    expect(refused).toMatchObject({ isError: true, structured: undefined })
    expect(refused.text).toMatch(/^401 .+Authorization: Bearer/)

    const partner = (await api.post('/v1/partners', { body: { name: 'Agents' } })).body
    const body = { name: 'An agent', scopes: ['read'] }
    const { key, id } = (await api.post(`/v1/partners/${partner.id}/keys`, { body })).body
    const client = await overHttp(address, { authorization: `Bearer ${key}` })
    expect((await call(client, 'list_stories')).structured.stories.length).toBeGreaterThan(0)
    expect((await api.delete(`/v1/partners/${partner.id}/keys/${id}`)).status).toBeLessThan(300)
    expect((await call(client, 'list_stories')).text).toContain('revoked')

    program.process.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    expect(program.stderr()).toBe('')
  })
})

it('tells an agent that a server elsewhere does not answer, or is no newsroom', async () => {
  const { baseUrl } = await startAnswering('reset', { body: '<html></html>' })
  const client = await overStdio({}, '--url', baseUrl)
  const cut = await call(client, 'list_stories')
  expect(cut).toMatchObject({ isError: true, text: expect.stringContaining(`no answer from ${baseUrl}: `) })
  const page = await call(client, 'list_stories')
  expect(page).toMatchObject({ isError: true, text: expect.stringContaining('not that of a newsroom') })
})

it('every tool says what it is for, that it only reads, and what goes in and out', async () => {
  const { url } = await newsroom(sqlite)
  const client = await overStdio({ DATABASE_URL: url })
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'search_articles',
    'get_article',
    'related_articles',
    'list_stories',
    'get_story',
    'recent_changes',
  ])
  for (const { title, description, annotations, inputSchema, outputSchema } of tools) {
    expect(title).toBeTruthy()
    expect(description?.length).toBeGreaterThan(50)
    expect(annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false })
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(outputSchema?.type).toBe('object')
  }
})

it('tells an agent what it asked wrong', async () => {
  const { api, url } = await newsroom(sqlite)
  const client = await overStdio({ DATABASE_URL: url })
  const wrong = async (name: string, args: object) => {
    const { isError, text } = await call(client, name, args)
    expect(isError, text).toBe(true)
    return text
  }
  expect(await wrong('get_article', { id: 'no-such-article' })).toMatch(/^404 There is nothing here\. /)
  expect(await wrong('get_article', {})).toContain('one of the two')
  expect(await wrong('search_articles', { q: '"open' })).toMatch(/^400 .+q/)
  expect(await wrong('search_articles', { cursor: 'x' })).toMatch(/^400 The cursor does not fit/)
  expect(await wrong('search_articles', { langauge: ['zh'] })).toContain('langauge')
  expect(await wrong('search_articles', { limit: 0 })).toContain('limit')
  expect(await wrong('recent_changes', { types: ['article.burnt'] })).toContain('types')
  const { id } = (await api.get('/v1/articles?limit=1')).body.data[0]
  await api.put(`/v1/articles/${id}/withdrawal`, { body: { reason: 'copyright' } })
  expect(await wrong('get_article', { id })).toMatch(/^410 /)
})

it('a long text comes in pieces that make the whole, and a merged story leads to the living one', async () => {
  const { api, url } = await newsroom(sqlite)
  const client = await overStdio({ DATABASE_URL: url })
  const source = (await api.get('/v1/sources?limit=1')).body.data[0].id
  const text = `${'渡口☕𝄞'.repeat(80)}`
  const article = { url: 'https://a.example/long', title: 'Long', publishedAt: '2026-11-01T00:00:00Z' }
  const { id } = (await api.post('/v1/articles', { body: { sourceId: source, ...article, body: { text } } }))
    .body
  let whole = ''
  for (let offset: number | null = 0; offset !== null; ) {
    const piece = await call(client, 'get_article', { id, offset, maxCharacters: 104 })
    whole += piece.structured.text
    expect(piece.structured.text.isWellFormed()).toBe(true)
    offset = piece.structured.nextOffset
    if (offset !== null)
      expect(piece.text).toContain(`[Cut: the text has 400 characters. Ask with offset=${offset} `)
  }
  expect(whole).toBe(text)

  const [one, two] = (await api.get('/v1/stories?limit=2')).body.data
  await api.put(`/v1/stories/${one.id}/merge`, { body: { into: two.id } })
  expect((await call(client, 'get_story', { id: one.id })).structured.story.id).toBe(two.id)
})
