import { beforeEach, describe, expect, it } from 'vitest'
import { feed, moved, silent } from '../support/bad-answers.ts'
import { host, type Outside, startOutside, text } from './outside.ts'

const body = `<rss><channel><title>灯塔日报</title></channel></rss>${'<!-- -->'.repeat(500)}`
let web: Outside['web']
let client: Outside['client']
let get: Outside['get']

beforeEach(async () => {
  ;({ web, client, get } = await startOutside())
})

describe('redirects', () => {
  it('are followed and told of, each with its status', async () => {
    web.put(host, '/b', moved('?page=2', 308))
    web.put(host, '/b?page=2', moved('//quarry.example:PORT/c'.replace('PORT', String(web.port)), 303))
    web.put('quarry.example', '/c', feed(body))
    const answer = await get(moved('/b#top', 301))
    expect(answer.url).toBe(web.url('quarry.example', '/c'))
    expect(answer.redirects).toEqual([
      { url: web.url(host, '/feed.xml'), status: 301 },
      { url: web.url(host, '/b'), status: 308 },
      { url: web.url(host, '/b?page=2'), status: 303 },
    ])
    expect(text(answer.body)).toBe(body)
  })

  it('may name a page in letters that should be escaped', async () => {
    web.put(host, '/%E7%81%AF%E5%A1%94', feed(body))
    const answer = await get(moved(Buffer.from('/灯塔').toString('latin1')))
    expect(answer.url).toBe(web.url(host, '/%E7%81%AF%E5%A1%94'))
  })

  it('end where they go round, and after five', async () => {
    web.put(host, '/there', moved('/feed.xml'))
    await expect(get(moved('/there'))).rejects.toMatchObject({ code: 'too-many-redirects' })
    expect(web.visits()).toHaveLength(2)
    for (let step = 1; step <= 6; step++) web.put(host, `/${step}`, moved(`/${step + 1}`))
    web.put(host, '/7', feed(body))
    await expect(client.request({ url: web.url(host, '/1') })).rejects.toMatchObject({
      code: 'too-many-redirects',
    })
    expect((await client.request({ url: web.url(host, '/2') })).redirects).toHaveLength(5)
  })

  it.each([
    '',
    'ftp://lighthouse.example/',
    'javascript:alert(1)',
    'http://',
    'http://me:secret@lighthouse.example/',
  ])('lead nowhere: %j', async (location) => {
    await expect(get(moved(location))).rejects.toMatchObject({ code: 'bad-redirect' })
  })

  it('take a secret only as far as its own site', async () => {
    web.put('quarry.example', '/c', feed(body))
    await get(moved(web.url('quarry.example', '/c')), {
      headers: { authorization: 'Bearer x', 'if-none-match': '"a"' },
    })
    const [first, second] = web.visits()
    expect(first?.headers.authorization).toBe('Bearer x')
    expect(second?.headers.authorization).toBeUndefined()
    expect(second?.headers['if-none-match']).toBe('"a"')
  })

  it('leave the time for the whole as it was', async () => {
    web.put(host, '/silent', silent())
    const timeouts = { wholeMs: 400 }
    await expect(get(moved('/silent'), { timeouts })).rejects.toMatchObject({ code: 'timeout' })
  })
})
