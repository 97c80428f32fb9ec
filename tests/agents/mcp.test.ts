import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { expect, it } from 'vitest'
import { loadSample } from '../../src/main/sample.ts'
import { ensureAdminKey } from '../../src/partners/keys.ts'
import { rebuildRelations } from '../../src/stories/relating/rebuild.ts'
import { type Api, adminKey, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { newsweave } from '../support/newsweave.ts'
import { readPage } from '../support/readme.ts'
import { exchange } from '../support/socket.ts'

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'src/main/cli.ts')
// biome-ignore lint/suspicious/noExplicitAny: each tool has a schema of its own, by which the client has checked it.
type Result = { isError?: boolean; text: string; structured: any }

async function call(client: Client, name: string, args: object = {}): Promise<Result> {
  const { isError, content, structuredContent } = await client.callTool({ name, arguments: { ...args } })
  const text = (content as { text: string }[]).map((part) => part.text).join('\n')
  return { ...(isError === true && { isError }), text, structured: structuredContent }
}

/** A newsroom with its relations, as another process reads it, and an API that writes to it. */
async function newsroom(engine: Engine): Promise<{ api: Api; url: string }> {
  const url = await engine.create('schema')
  const database = engine.connect(url)
  await loadSample(database)
  await rebuildRelations(database, { all: true }, () => {})
  return { api: await startApi(database), url }
}

async function overStdio(env: Record<string, string>, ...args: string[]): Promise<Client> {
  const client = new Client({ name: 'tests', version: '1' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [cli, 'mcp', ...args],
    env: { PATH: process.env.PATH ?? '', ...env },
    cwd: '/',
    stderr: 'inherit',
  })
  await client.connect(transport)
  atEnd(() => client.close())
  // Schemas of what tools answer are known, and checked, from here on.
  await client.listTools()
  return client
}

async function overHttp(url: string, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client({ name: 'tests', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } })
  await client.connect(transport as never)
  atEnd(() => client.close())
  await client.listTools()
  return client
}

async function startHttp(env: Record<string, string>) {
  const program = newsweave(['mcp', '--http', '--port', '0'], { env })
  const [, url = ''] = await program.printed(/^Agents may read at (http:\S+)\/mcp$/m)
  return { program, url }
}

onEveryEngine('agents', (engine) => {
  it('read the newsroom on stdin and stdout', { timeout: 60_000 }, async () => {
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

  it('follow what changes', { timeout: 60_000 }, async () => {
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

  it('read over HTTP with the keys and the access of the API', { timeout: 60_000 }, async () => {
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

const [sqlite] = engines as [Engine]

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

it('reads a server that runs elsewhere, with a key where it needs one', async () => {
  const { url } = await newsroom(sqlite)
  const api = await startApi(sqlite.connect(url), { readAccess: 'key' })
  const address = await api.listen()
  const client = await overStdio({ NEWSWEAVE_KEY: adminKey }, '--url', `${address}/`)
  expect((await call(client, 'list_stories')).structured.stories.length).toBeGreaterThan(0)
  const keyless = await overStdio({}, '--url', address)
  expect((await call(keyless, 'list_stories')).text).toMatch(/^401 /)
})

it('is at /mcp of the API too, for the same keys, limits and origins', async () => {
  const { url } = await newsroom(sqlite)
  const database = sqlite.connect(url)
  const rateLimits = { anonymous: 12, key: 1000 }
  const api = await startApi(database, { rateLimits, corsOrigins: ['https://agents.example'] })
  const address = await api.listen()
  const client = await overHttp(address, { authorization: `Bearer ${adminKey}` })
  for (let count = 0; count < 10; count++)
    expect((await call(client, 'list_stories')).isError).toBeUndefined()
  // A tool counts as what it asks, and as the request that asked for it.
  const anonymous = await overHttp(address)
  const told: string[] = []
  for (let count = 0; count < 12 && !told.at(-1)?.includes('429'); count++) {
    told.push(
      await call(anonymous, 'recent_changes', { after: 0, limit: 1 }).then(
        ({ text }) => text,
        (error) => `${error.code} ${error.message}`,
      ),
    )
  }
  expect(told[0]).toContain('Position 1.')
  expect(told.length).toBeLessThan(7)
  expect(told.at(-1)).toContain('429')
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const from = (origin: string) => api.post('/mcp', { headers: { ...headers, origin }, body: list })
  expect((await from('https://agents.example')).status).toBe(200)
  expect((await from('https://evil.example')).status).toBe(403)
})

it('is started by the hosts as the documentation tells them to', async () => {
  const { url } = await newsroom(sqlite)
  const page = await readPage('docs/agents.md')
  const blocks = [...page.matchAll(/```json\n(.+?)```/gs)].map(([, text = '']) => JSON.parse(text))
  const entries = blocks.map((block) => (block.mcpServers ?? block.servers).newsweave)
  expect(entries.map(({ command }) => command !== undefined)).toEqual([true, true, false])
  const { command, args, env } = entries[0]
  expect(entries[1]).toMatchObject({ command, args, env })
  const here = (text: string) => text.replace('/path/to/newsweave', root)
  expect(Object.keys(env)).toEqual(['DATABASE_URL'])
  const client = new Client({ name: 'tests', version: '1' })
  const options = { command: here(command), args: args.map(here), env: { DATABASE_URL: url }, cwd: '/' }
  await client.connect(new StdioClientTransport(options))
  atEnd(() => client.close())
  const { tools } = await client.listTools()
  for (const { name } of tools) expect(page).toContain(`\n| \`${name}\` |`)
})

it('writes nothing: the database is the same, and no key is made', async () => {
  const { url } = await newsroom(sqlite)
  const file = url.replace('file:', '')
  const database = sqlite.connect(url)
  const version = database.version()
  const client = await overStdio({ DATABASE_URL: url })
  for (const name of ['list_stories', 'search_articles', 'recent_changes']) await call(client, name)
  expect(database.version(), file).toBe(version)
  expect(await database.write(ensureAdminKey)).toBeDefined()
})

it('ends with its stdin, and has printed nothing but the protocol', async () => {
  const { url } = await newsroom(sqlite)
  const program = newsweave(['mcp'], { env: { DATABASE_URL: url, LOG_LEVEL: 'trace' } })
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  program.process.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`)
  await program.printed(/"serverInfo"/)
  program.process.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
  const search = { name: 'search_articles', arguments: { q: 'chip' } }
  program.process.stdin.write(
    `${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: search })}\n`,
  )
  await program.printed(/"id":2/)
  program.process.stdin.end()
  expect(await program.ended).toBe(0)
  for (const line of program.stdout().trim().split('\n')) expect(JSON.parse(line).jsonrpc).toBe('2.0')
})

it('takes requests of programs and of this machine alone, and says what it does not do', async () => {
  const { url } = await newsroom(sqlite)
  const env = { DATABASE_URL: url, CORS_ORIGINS: 'https://agents.example' }
  const { url: address } = await startHttp(env)
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  const ask = async (headers: Record<string, string>) => {
    const common = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    return fetch(`${address}/mcp`, { method: 'POST', headers: { ...common, ...headers }, body })
  }
  expect((await ask({})).status).toBe(200)
  expect((await ask({ origin: 'http://localhost:6274' })).status).toBe(200)
  const named = await ask({ origin: 'https://agents.example' })
  expect([named.status, named.headers.get('access-control-allow-origin')]).toEqual([
    200,
    'https://agents.example',
  ])
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
    expect((await ask({ origin })).status, origin).toBe(403)
  }
  const lines = [
    'POST /mcp HTTP/1.1',
    'Host: evil.example',
    'Content-Type: application/json',
    'Connection: close',
  ]
  const [rebound] = await exchange(
    address,
    `${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  expect(rebound?.status).toBe(403)
  expect((await fetch(`${address}/mcp`)).status).toBe(405)
  expect((await fetch(`${address}/v1/articles`)).status).toBe(404)
})

it('says what is wrong with how it was started', async () => {
  const both = newsweave(['mcp', '--http', '--url', 'http://127.0.0.1:1'])
  expect(await both.ended).toBe(1)
  expect(both.stderr()).toContain('does not go with --http')
  const odd = newsweave(['mcp', '--url', 'news.example'])
  expect(await odd.ended).toBe(1)
  expect(odd.stderr()).toContain('--url: expected the address of a server')
  const none = newsweave(['mcp'])
  expect(await none.ended).toBe(1)
  expect(none.stderr()).toContain('There is no database of Newsweave')
})
