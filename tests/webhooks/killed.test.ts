import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { atEnd } from '../support/cleanup.ts'
import { onEveryEngine } from '../support/engines.ts'
import { emptyFolder, type Newsweave, newsweave } from '../support/newsweave.ts'

const kills = 1
const articles = 200
const authorization = 'Bearer admin'

/** Counts what came by the id of the message, and takes a little time for it. */
async function startReceiver() {
  const received = new Map<string, number>()
  const messages: { headers: Record<string, string>; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', async () => {
      const id = String(request.headers['webhook-id'])
      received.set(id, (received.get(id) ?? 0) + 1)
      messages.push({ headers: request.headers as Record<string, string>, body })
      await sleep(15)
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, messages, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

async function post(url: string, path: string, body: unknown): Promise<{ id: string; secret: string }> {
  const headers = { authorization, 'content-type': 'application/json' }
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const made = (await answer.json()) as { id: string; secret: string }
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(made)}`)
  return made
}

onEveryEngine('a process that delivers', (engine) => {
  it('loses nothing when it is killed: each change arrives at least once, signed', async () => {
    const folder = emptyFolder()
    const databaseUrl = await engine.create()
    const receiver = await startReceiver()
    const env = { DATABASE_URL: databaseUrl, ADMIN_KEY: 'admin', OUTBOUND_ALLOW: '127.0.0.1' }
    const start = async (roles: string) => {
      const program = newsweave(['start', '--port', '0', '--empty', '--roles', roles], { folder, env })
      const [, url = ''] = await program.printed(/(http:\/\/\S+)/)
      return { program, url }
    }
    const api = await start('api')
    const source = await post(api.url, '/v1/sources', {
      name: 'Lighthouse',
      homeUrl: 'https://lighthouse.example/',
    })
    const hook = await post(api.url, '/v1/webhooks', { url: receiver.url, types: ['article.published'] })
    const written: string[] = []
    const writing = (async () => {
      for (let index = 0; index < articles; index++) {
        const body = {
          sourceId: source.id,
          url: `https://lighthouse.example/${index}`,
          title: `Number ${index}`,
          publishedAt: '2026-11-23T06:08:00.000Z',
        }
        written.push((await post(api.url, '/v1/articles', body)).id)
        await sleep(20)
      }
    })()
    for (let killed = 0; killed < kills; killed++) {
      const { program } = await start('webhooks')
      // What a dead process had is sent again when its lease is over, and is waited for by the rest until then.
      const enough = receiver.messages.length + 10
      await expect.poll(() => receiver.messages.length, { timeout: 40_000 }).toBeGreaterThan(enough)
      await kill(program)
    }
    await writing
    // Several at once take over what the dead ones had.
    const last = await Promise.all([
      start('webhooks'),
      ...(engine.name === 'postgres' ? [start('webhooks')] : []),
    ])
    await expect.poll(() => receiver.received.size, { timeout: 60_000, interval: 200 }).toBe(articles)
    const told = receiver.messages.map(({ body }) => JSON.parse(body).data.resource.id)
    expect(new Set(told)).toEqual(new Set(written))
    for (const { body, headers } of receiver.messages) new Webhook(hook.secret).verify(body, headers)
    // What was under way at a kill comes twice, and nothing else.
    expect(receiver.messages.length - articles).toBeLessThanOrEqual(kills * 4)
    for (const { program } of last) {
      program.process.kill('SIGTERM')
      expect(await program.ended).toBe(0)
    }
  }, 180_000)
})

async function kill(program: Newsweave): Promise<void> {
  program.process.kill('SIGKILL')
  expect(await program.ended).toBe('SIGKILL')
}
