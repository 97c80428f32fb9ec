import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { sql } from '../../src/database/sql.ts'
import { createKey } from '../../src/partners/keys.ts'
import { type Clock, systemClock } from '../../src/shared/clock.ts'
import { addKey } from '../partners/keyring.ts'
import { silent } from '../support/bad-answers.ts'
import { onEveryEngine } from '../support/engines.ts'
import { receiver, startTelling } from './newsroom.ts'

const hourMs = 60 * 60 * 1000

onEveryEngine('a webhook', (engine) => {
  it('is seen by the partner whose key made it, and by administrators; others meet nothing', async () => {
    const room = await startTelling(engine)
    const first = await addKey(room.api, { scopes: ['webhooks:write'] })
    const colleague = await addKey(room.api, { partnerId: first.partnerId, scopes: ['webhooks:write'] })
    const stranger = await addKey(room.api, { scopes: ['webhooks:write'] })
    const alone = await room.delivering.database.write((tx) =>
      createKey(tx, { name: 'Of no partner', scopes: ['webhooks:write'] }),
    )
    const hook = await room.hook({ types: ['article.published'] }, { status: 204 }, { key: first.key })
    const own = await room.hook({}, { status: 204 }, { key: alone.key })
    await room.article()
    await room.deliver()
    const [delivery] = await room.deliveries(hook)
    const base = `/v1/webhooks/${hook.id}`
    const asked: [method: string, url: string, body?: unknown][] = [
      ['GET', base],
      ['PATCH', base, { state: 'paused' }],
      ['POST', `${base}/secret`, {}],
      ['POST', `${base}/pings`],
      ['GET', `${base}/deliveries`],
      ['GET', `${base}/deliveries/${delivery.id}`],
      ['POST', `${base}/deliveries/${delivery.id}/replay`],
      ['POST', `${base}/replays`, { fromSeq: 1, toSeq: 1 }],
      ['DELETE', base],
    ]
    for (const [method, url, body] of asked)
      for (const key of [stranger.key, alone.key])
        expect((await room.api.request(method, url, { body, key })).status, `${method} ${url}`).toBe(404)
    for (const [method, url, body] of asked)
      expect((await room.api.request(method, url, { body, key: colleague.key })).status, url).toBeLessThan(
        300,
      )
    const listed = async (key?: string) =>
      (await room.api.get('/v1/webhooks', key === undefined ? {} : { key })).body.data.map(
        ({ id }: { id: string }) => id,
      )
    expect(await listed(stranger.key)).toEqual([])
    expect(await listed(alone.key)).toEqual([own.id])
    expect(await listed()).toEqual([own.id])
    expect((await room.api.get(`/v1/webhooks/${own.id}`)).body.partnerId).toBeNull()
  })

  it('belongs to a partner who has a hundred at most, and goes with them', async () => {
    const room = await startTelling(engine)
    const { key, partnerId } = await addKey(room.api, { scopes: ['webhooks:write'] })
    const add = () => room.api.post('/v1/webhooks', { body: { url: 'https://receiver.example/' }, key })
    for (let made = 0; made < 100; made++) expect((await add()).status).toBe(201)
    expect((await add()).status).toBe(409)
    expect((await room.api.delete(`/v1/partners/${partnerId}`)).status).toBe(204)
    expect((await room.api.get('/v1/webhooks')).body.data).toEqual([])
  })

  it('shows its secret once, keeps it out of repetitions and of the log', async () => {
    const room = await startTelling(engine)
    const headers = { 'idempotency-key': 'once' }
    const body = { url: room.web.url(receiver, '/x') }
    const first = await room.api.post('/v1/webhooks', { body, headers })
    const again = await room.api.post('/v1/webhooks', { body, headers })
    expect(first.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(again.body).toEqual({ ...first.body, secret: null })
    const rotation = { body: {}, headers: { 'idempotency-key': 'twice' } }
    const rotated = await room.api.post(`/v1/webhooks/${first.body.id}/secret`, rotation)
    const repeated = await room.api.post(`/v1/webhooks/${first.body.id}/secret`, rotation)
    expect(rotated.body.secret).not.toBe(first.body.secret)
    expect(repeated.body).toEqual({ ...rotated.body, secret: null })
    expect((await room.api.get(`/v1/webhooks/${first.body.id}`)).body).not.toHaveProperty('secret')
    const kept = await room.delivering.database.all<{ body: string }>(sql`select body from idempotent_answer`)
    expect(kept).toHaveLength(2)
    await room.article()
    await room.deliver()
    for (const { secret } of [first.body, rotated.body]) {
      expect(kept.map((answer) => answer.body).join()).not.toContain(secret)
      expect(room.log.text()).not.toContain(secret)
    }
  })

  it('is signed with the former secret too, until the overlap is over', async () => {
    let aheadMs = 0
    const clock = Object.assign(() => new Date(systemClock().getTime() + aheadMs), {}) as Clock
    const room = await startTelling(engine, clock as never)
    const hook = await room.hook({ types: ['article.published'] })
    const rotate = async (overlapSeconds: number) =>
      (await room.api.post(`/v1/webhooks/${hook.id}/secret`, { body: { overlapSeconds } })).body.secret
    const verifying = async (secrets: string[]) => {
      await room.article()
      await room.deliver()
      const { visit } = room.sent(hook.path).at(-1) ?? {}
      const headers = visit?.headers as Record<string, string>
      const count = headers['webhook-signature']?.split(' ').length
      const good = secrets.map((secret) => {
        try {
          new Webhook(secret).verify(visit?.body ?? '', headers)
          return true
        } catch {
          return false
        }
      })
      return { count, good }
    }
    const second = await rotate(120)
    expect(await verifying([hook.secret, second])).toEqual({ count: 2, good: [true, true] })
    aheadMs = 119_000
    expect(await verifying([hook.secret, second])).toEqual({ count: 2, good: [true, true] })
    aheadMs = 121_000
    expect(await verifying([hook.secret, second])).toEqual({ count: 1, good: [false, true] })
    const third = await rotate(0)
    expect(await verifying([second, third])).toEqual({ count: 1, good: [false, true] })
    const fourth = (await room.api.post(`/v1/webhooks/${hook.id}/secret`)).body.secret
    expect(await verifying([third, fourth])).toEqual({ count: 2, good: [true, true] })
  })

  it('is tested at once, and the answer says what came back', async () => {
    const room = await startTelling(engine, systemClock as never)
    const hook = await room.hook({ state: 'paused' }, { status: 418, body: 'a teapot' })
    const ping = async () => (await room.api.post(`/v1/webhooks/${hook.id}/pings`)).body
    expect(await ping()).toMatchObject({
      delivered: false,
      attempt: { status: 418, error: 'It answered 418.', answer: 'a teapot' },
    })
    room.web.put(receiver, hook.path, { status: 204 })
    const answer = await ping()
    expect(answer).toMatchObject({ delivered: true, attempt: { status: 204, error: null, answer: null } })
    const { visit, payload } = room.sent(hook.path).at(-1) ?? {}
    expect(payload).toMatchObject({
      type: 'webhook.ping',
      data: { seq: null, resource: { type: 'webhook', id: hook.id } },
    })
    expect(visit?.headers['webhook-id']).toBe(answer.messageId)
    new Webhook(hook.secret).verify(visit?.body ?? '', visit?.headers as Record<string, string>)
    expect(await room.deliveries(hook)).toEqual([])
    const { health } = (await room.api.get(`/v1/webhooks/${hook.id}`)).body
    expect(health).toMatchObject({ lastSuccessAt: null, lastFailureAt: null })
  })

  it('has so many tests at once as can be borne, and no more', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({}, silent())
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => room.api.post(`/v1/webhooks/${hook.id}/pings`, { mayFail: true })),
    )
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused).toHaveLength(4)
    for (const { headers } of refused) expect(headers['retry-after']).toBe('5')
    for (const { status, body } of answers) if (status === 200) expect(body.delivered).toBe(false)
  })

  it('is listed with filters of its deliveries', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types: ['article.published', 'tag.created'] })
    await room.api.post('/v1/tags', { body: { slug: 'chips', name: 'Chips' } })
    await room.article()
    await room.deliver()
    room.web.put(receiver, hook.path, { status: 500 })
    await room.article()
    await room.deliver()
    const count = async (query: string) => (await room.deliveries(hook, query)).length
    expect(await count('')).toBe(3)
    expect(await count('?state=delivered')).toBe(2)
    expect(await count('?state=pending')).toBe(1)
    expect(await count('?type=tag.created')).toBe(1)
    expect(await count('?type=article.published&state=delivered')).toBe(1)
    expect((await room.api.get('/metrics')).body).toMatch(/newsweave_webhook_deliveries_pending 1\n/)
    room.clock.advance(hourMs)
    const { body } = await room.api.get('/metrics')
    expect(body).toMatch(/newsweave_webhook_oldest_pending_seconds 3600\n/)
    expect(body).toMatch(/newsweave_webhooks_behind 0\n/)
    expect(body).toMatch(/newsweave_webhook_attempts_total\{outcome="delivered"\} 2\n/)
  })
})
