import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { expect, it } from 'vitest'
import { ensureAdminKey } from '../../src/partners/keys.ts'
import { call, newsroom, overStdio, root } from '../agents/host.ts'
import { adminKey, startApi } from '../support/api.ts'
import { atEnd } from '../support/cleanup.ts'
import { type Engine, engines } from '../support/engines.ts'
import { newsweave } from '../support/newsweave.ts'
import { readPage } from '../support/readme.ts'

const [sqlite] = engines as [Engine]

it('reads a server that runs elsewhere, with a key where it needs one', async () => {
  const { url } = await newsroom(sqlite)
  const api = await startApi(sqlite.connect(url), { readAccess: 'key' })
  const address = await api.listen()
  const client = await overStdio({ NEWSWEAVE_KEY: adminKey }, '--url', `${address}/`)
  expect((await call(client, 'list_stories')).structured.stories.length).toBeGreaterThan(0)
  const keyless = await overStdio({}, '--url', address)
  expect((await call(keyless, 'list_stories')).text).toMatch(/^401 /)
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
