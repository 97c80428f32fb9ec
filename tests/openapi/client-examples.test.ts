import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { loadSample } from '../../src/main/sample.ts'
import { adminKey, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { emptyFolder, newsweave } from '../support/newsweave.ts'
import { runProgram } from '../support/process.ts'

const folder = new URL('../../openapi/client/', import.meta.url)
const conditions = '--conditions=@newsweave/source'

function runExample(name: string, env: Record<string, string>) {
  return runProgram(new URL(`examples/${name}.ts`, folder), [], { NODE_OPTIONS: conditions, ...env })
}

it('every example of the README is of a program that runs here', async () => {
  const files = globSync('examples/*.ts', { cwd: folder.pathname })
  const programs = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
  const readme = await readFile(new URL('README.md', folder), 'utf8')
  const blocks = [...readme.matchAll(/```ts\n(.+?)```/gs)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(5)
  expect(blocks.filter((block) => !programs.some((program) => program.includes(block)))).toEqual([])
})

onEveryEngine('the examples of the client', (engine) => {
  it('read a newsroom', { timeout: 60_000 }, async () => {
    const database = await engine.open()
    await loadSample(database)
    const NEWSWEAVE_URL = await (await startApi(database)).listen()
    const program = runExample('read', { NEWSWEAVE_URL })
    expect(await program.ended, program.output()).toBe(0)
    expect(program.output()).toMatch(
      /^(\d{4}-\d\d-\d\dT\S+ .+\n){3}\d+ articles are in English\.\nAs expected: /,
    )
  })

  it('publish an article and an archive', { timeout: 60_000 }, async () => {
    const api = await startApi(await engine.open())
    const NEWSWEAVE_URL = await api.listen()
    const program = runExample('publish', { NEWSWEAVE_URL, NEWSWEAVE_KEY: adminKey })
    expect(await program.ended, program.output()).toBe(0)
    expect(program.output()).toMatch(/^Published [0-9a-f-]+\nImported 600 articles\n$/)
    expect((await api.get('/v1/articles?limit=1&total=exact')).body.page.total).toBe(601)
  })

  it('mirror a newsroom over the ends of both programs', { timeout: 60_000 }, async () => {
    const env = { DATABASE_URL: await engine.create('schema'), ADMIN_KEY: adminKey }
    const start = async (port: string) => {
      const server = newsweave(['start', '--port', port], { env })
      const [, url = ''] = await server.printed(/ready at (\S+)/)
      return { server, url }
    }
    const first = await start('0')
    const mirrored = { NEWSWEAVE_URL: first.url, MIRROR: join(emptyFolder(), 'mirror.json') }
    const mirror = runExample('mirror', mirrored)
    await mirror.printed(' articles at position')
    const total = Number.parseInt(mirror.output(), 10)
    // The server is gone for a while, and back at the same address.
    first.server.process.kill('SIGKILL')
    await first.server.ended
    const { server } = await start(new URL(first.url).port)
    const { data } = (await (await fetch(`${first.url}/v1/articles?limit=2`)).json()) as {
      data: { id: string }[]
    }
    const change = (id: string | undefined, method: string, body?: object) =>
      fetch(`${first.url}/v1/articles/${id}`, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
    expect((await change(data[0]?.id, 'DELETE')).ok).toBe(true)
    await mirror.printed(`${total - 1} articles at position`)
    mirror.process.kill('SIGTERM')
    expect(await mirror.ended, mirror.output()).toBe(0)
    // What happens while nobody looks is read from the position that was kept, without a first reading.
    expect((await change(data[1]?.id, 'PATCH', { title: 'Another title' })).ok).toBe(true)
    const again = runExample('mirror', mirrored)
    await again.printed(`${total - 1} articles at position`)
    const { articles } = JSON.parse(await readFile(mirrored.MIRROR, 'utf8'))
    expect(articles[data[1]?.id ?? ''].title).toBe('Another title')
    expect(articles[data[0]?.id ?? '']).toBeUndefined()
    server.process.kill('SIGINT')
    await server.ended
  })
})

it('the receiver of webhooks takes what is signed, once, and refuses the rest', async () => {
  const secret = `whsec_${Buffer.from('thirty-two bytes of a test secret').toString('base64')}`
  const program = runExample('receive-webhooks', { WEBHOOK_SECRET: secret, PORT: '0' })
  await program.printed('Listening on ')
  const port = /Listening on (\d+)/.exec(program.output())?.[1]
  const url = 'https://news.example/v1/articles/a-1'
  const data = { seq: 1, resource: { type: 'article', id: 'a-1', url }, revision: 1 }
  const body = JSON.stringify({ type: 'article.published', timestamp: new Date().toISOString(), data })
  const now = new Date()
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', now, body),
  }
  const send = (text: string) => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: text })
  expect([await send(body), await send(body), await send(`${body} `)].map(({ status }) => status)).toEqual([
    204, 204, 400,
  ])
  await program.printed(url)
  expect(program.output().split('article.published')).toHaveLength(2)
})
