import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutboundClient } from '../../src/outbound/client.ts'
import { feed, moved } from '../support/bad-answers.ts'
import { atEnd } from '../support/cleanup.ts'
import { testClock } from '../support/clock.ts'
import { type FeedServer, startFeedServer } from '../support/feed-server.ts'

const host = 'lighthouse.example'
let web: FeedServer
/** A server that must not be reached: the addresses under which it was all the same. */
let inside: { port: number; reached: string[] }

beforeEach(async () => {
  web = await startFeedServer(testClock())
  web.put(host, '/feed.xml', feed('<rss/>'))
  inside = await startInside()
})

async function startInside() {
  const reached: string[] = []
  const server = createServer((_request, response) => {
    response.setHeader('connection', 'close').end('secret')
  })
  server.on('connection', (socket) => reached.push(String(socket.localAddress).replace('::ffff:', '')))
  await new Promise<void>((resolve) => server.listen(0, resolve))
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, reached }
}

function clientWith({
  allow = [],
  lookup,
}: {
  allow?: string[]
  lookup?: (host: string) => Promise<string[]>
}) {
  const client = createOutboundClient({
    allow,
    userAgent: 'Newsweave/0.0.0',
    ...(lookup && { lookup }),
  })
  atEnd(() => client.close())
  return client
}

const refused = { code: 'refused-address' }

describe('the guard', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '127.0.0.1.',
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.1',
    '0',
    '0.0.0.0',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '127。0。0。1',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    'localhost',
    'LOCALHOST',
  ])('does not connect to this machine as %s', async (literal) => {
    const request = clientWith({}).request({ url: `http://${literal}:${inside.port}/` })
    await expect(request).rejects.toMatchObject(refused)
    expect(inside.reached).toEqual([])
  })

  it('does not connect to where clouds keep their secrets, or to ports of other protocols', async () => {
    const client = clientWith({ lookup: async () => ['1.1.1.1'] })
    for (const url of [
      'http://169.254.169.254/latest/meta-data/',
      'http://2852039166/',
      'http://1.1.1.1:25/',
      'http://1.1.1.1:0/',
    ])
      await expect(client.request({ url }), url).rejects.toMatchObject(refused)
    await expect(client.request({ url: 'http://lighthouse.example:22/' })).rejects.toMatchObject(refused)
  })

  it('speaks only http and https, without credentials', async () => {
    const client = clientWith({ allow: ['127.0.0.1'], lookup: web.lookup })
    const rest = `${host}:${web.port}/feed.xml`
    for (const url of [`ftp://${rest}`, 'file:///etc/passwd', `http://me:secret@${rest}`, 'feed.xml', ''])
      await expect(client.request({ url }), url).rejects.toMatchObject(refused)
    expect(web.visits()).toEqual([])
  })

  it('connects to the address that it checked, and never to another that a second look finds', async () => {
    const good = '127.0.0.1'
    const bad = '127.0.0.2'
    const answers = [[good], [bad], [good, bad], [bad, good], ['::ffff:127.0.0.2'], []]
    let looks = 0
    const client = clientWith({ allow: [good], lookup: async () => answers[looks++] as string[] })
    const outcomes: string[] = []
    for (const _ of answers) {
      const request = client.request({ url: `http://rebinding.example:${inside.port}/` })
      const outcome = request.then(
        ({ body }) => Buffer.from(body).toString(),
        (error) => error.code,
      )
      outcomes.push(await outcome)
    }
    expect(outcomes).toEqual(['secret', ...Array(4).fill('refused-address'), 'dns'])
    expect(looks).toBe(answers.length)
    expect(inside.reached).toEqual([good])
  })

  it('sees the real address of the hosts of tests, too', async () => {
    const url = web.url(host, '/feed.xml')
    await expect(clientWith({ lookup: web.lookup }).request({ url })).rejects.toMatchObject(refused)
    const allowed = clientWith({ allow: ['127.0.0.0/8'], lookup: web.lookup })
    expect((await allowed.request({ url })).status).toBe(200)
  })

  it('stands before every hop of a redirect', async () => {
    const client = clientWith({ allow: ['127.0.0.1'], lookup: web.lookup })
    const locations = [
      `http://[::1]:${inside.port}/`,
      `http://127.0.0.2:${inside.port}/`,
      `//0177.0.0.3:${inside.port}/`,
      'http://169.254.169.254/latest/meta-data/',
      'http://10.0.0.1/',
    ]
    for (const location of locations) {
      web.put(host, '/moved', moved(location, 301))
      const request = client.request({ url: web.url(host, '/moved') })
      await expect(request, location).rejects.toMatchObject(refused)
    }
    expect(inside.reached).toEqual([])
  })
})
