import { beforeEach, describe, expect, it } from 'vitest'
import { createRobots, type Robots } from '../../src/outbound/robots.ts'
import { moved, reset } from '../support/bad-answers.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import type { FeedServer, Page } from '../support/feed-server.ts'
import { host, startOutside } from './outside.ts'

const name = 'Newsweave'
let clock: TestClock
let web: FeedServer
let robots: Robots

beforeEach(async () => {
  clock = testClock()
  const outside = await startOutside(clock)
  web = outside.web
  robots = createRobots({ client: outside.client, clock })
})

const put = (page: Page) => web.put(host, '/robots.txt', page)
const may = (path: string, agent = name) => robots.isAllowed(web.url(host, path), agent)

describe('robots.txt', () => {
  it('rules by the group of our name, else by that of all, and the longest pattern wins', async () => {
    put({
      body: [
        '\ufeffUser-agent: *\r\nDisallow: /',
        'USER-AGENT: OtherBot\nuser-agent: newsweave/2.0 # us\nDisallow: /private\nAllow: /private/news\nDisallow: /*.pdf$',
        'Crawl-delay: 2.5',
      ].join('\n\n'),
    })
    expect(await may('/2026/11/a.html')).toBe(true)
    expect(await may('/private/a.html')).toBe(false)
    expect(await may('/private/news/a.html')).toBe(true)
    expect(await may('/report.pdf')).toBe(false)
    expect(await may('/report.pdf?page=2')).toBe(true)
    expect(await may('/', 'Unknown')).toBe(false)
    expect(await robots.crawlDelayMs(web.url(host, '/'), name)).toBe(2500)
    expect(await robots.crawlDelayMs(web.url(host, '/'), 'Unknown')).toBeUndefined()
  })

  it('matches letters that are escaped in one of the two', async () => {
    put({ body: 'User-agent: *\nDisallow: /内部' })
    expect(await may('/内部/a')).toBe(false)
    expect(await may('/%e5%86%85%e9%83%a8/a')).toBe(false)
    expect(await may('/公开/a')).toBe(true)
  })

  it.each([404, 401, 403, 410])('allows all where there is none: %i', async (status) => {
    put({ status })
    expect(await may('/a')).toBe(true)
  })

  it.each<[string, Page]>([
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['a broken connection', reset('User-agent: *', 5)],
  ])('allows nothing while it cannot be read, and asks again soon: %s', async (_name, page) => {
    put(page)
    expect(await may('/a')).toBe(false)
    put({ body: 'User-agent: *\nDisallow: /b' })
    clock.advance(9 * 60_000)
    expect(await may('/a')).toBe(false)
    clock.advance(61_000)
    expect(await may('/a')).toBe(true)
    expect(await may('/b')).toBe(false)
  })

  it('is read once a day, also when many ask at once', async () => {
    put({ body: '' })
    await Promise.all(['/a', '/b', '/c'].map((path) => may(path)))
    clock.advance(23 * 3_600_000)
    await may('/d')
    expect(web.visits(host, '/robots.txt')).toHaveLength(1)
    clock.advance(3_600_000)
    await may('/e')
    expect(web.visits(host, '/robots.txt')).toHaveLength(2)
  })

  it('may be elsewhere, and holds for the host that sent there; where it is nowhere, there is none', async () => {
    web.put('www.lighthouse.example', '/robots.txt', { body: 'User-agent: *\nDisallow: /a' })
    put(moved(web.url('www.lighthouse.example', '/robots.txt'), 301))
    expect(await may('/a')).toBe(false)
    expect(await may('/b')).toBe(true)
    web.put('round.example', '/robots.txt', moved('/robots.txt'))
    expect(await robots.isAllowed(web.url('round.example', '/a'), name)).toBe(true)
  })

  it('is read up to 500 kilobytes, and no further', async () => {
    const filler = `# ${'a'.repeat(1000)}\n`
    put({ body: `User-agent: *\nDisallow: /a\n${filler.repeat(600)}Disallow: /b\n` })
    expect(await may('/a')).toBe(false)
    expect(await may('/b')).toBe(true)
  })

  it.each([
    [
      'names times rules',
      `${'User-agent: x1\n'.repeat(16_000)}User-agent: *\n${'Allow: /\n'.repeat(28_000)}`,
    ],
    ['wildcards', `User-agent: *\n${`Allow: /${'*a'.repeat(10)}\n`.repeat(17_000)}`],
    ['long wildcards', `User-agent: *\n${`Allow: /${'*a'.repeat(900)}\n`.repeat(270)}`],
  ])('cannot keep us busy: %s', async (_name, body) => {
    put({ body })
    const started = performance.now()
    expect(await may(`/${'a'.repeat(5000)}`)).toBe(true)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
