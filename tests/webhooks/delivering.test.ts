import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/shared/clock.ts'
import { removeOldDeliveries } from '../../src/webhooks/worker.ts'
import { limited, moved } from '../support/bad-answers.ts'
import type { TestClock } from '../support/clock.ts'
import { onEveryEngine } from '../support/engines.ts'
import { day, hour, minute, publicUrl, receiver, startTelling } from './newsroom.ts'

const second = 1000
const schedule = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

onEveryEngine('a webhook', (engine) => {
  it('is told of a change: thin, signed, and once', async () => {
    const room = await startTelling(engine, systemClock as TestClock)
    const hook = await room.hook({ types: ['article.published'] }, { body: 'thanks' })
    const id = await room.article()
    expect(await room.deliver()).toBe(1)
    expect(await room.deliver()).toBe(0)
    const [{ visit, payload } = never()] = room.sent(hook.path)
    expect(visit.method).toBe('POST')
    expect(visit.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Newsweave tests',
    })
    const change = (await room.api.get('/v1/changes')).body.data.at(-1)
    expect(payload).toEqual({
      type: 'article.published',
      timestamp: change.at,
      data: {
        seq: change.seq,
        resource: { type: 'article', id, url: `${publicUrl}/v1/articles/${id}` },
        revision: 1,
      },
    })
    expect(new Webhook(hook.secret).verify(visit.body, visit.headers as Record<string, string>)).toEqual(
      payload,
    )
    expect(() => new Webhook(hook.secret).verify(`${visit.body} `, visit.headers as never)).toThrow()
    const [delivery] = await room.deliveries(hook)
    expect(delivery).toMatchObject({
      state: 'delivered',
      messageId: visit.headers['webhook-id'],
      seq: change.seq,
      nextAttemptAt: null,
      attempts: [{ status: 200, error: null, answer: 'thanks' }],
    })
    const { body } = await room.api.get(`/v1/webhooks/${hook.id}/deliveries/${delivery.id}`)
    expect(body).toEqual(delivery)
    const { health } = (await room.api.get(`/v1/webhooks/${hook.id}`)).body
    expect(health).toMatchObject({ lastSuccessAt: expect.any(String), lastFailureAt: null, pendingCount: 0 })
  })

  it('hears of what happens from its making on, of the types that it asks for', async () => {
    const room = await startTelling(engine)
    await room.article()
    const all = await room.hook()
    const tags = await room.hook({ types: ['tag.created', 'tag.updated'] })
    const id = await room.article()
    await room.api.post('/v1/tags', { body: { slug: 'chips', name: 'Chips' } })
    await room.api.patch(`/v1/articles/${id}`, { body: { title: 'Changed' } })
    await room.deliver()
    const types = (path: string) => room.sent(path).map(({ payload }) => payload.type)
    expect(types(all.path).sort()).toEqual(['article.published', 'article.revised', 'tag.created'])
    expect(types(tags.path)).toEqual(['tag.created'])
    expect(room.sent(tags.path)[0]?.payload.data.resource.url).toBe(`${publicUrl}/v1/tags/chips`)
  })

  it('is tried again by the schedule, ten times in three days, under one id', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types: ['article.published'] }, { status: 500, body: 'no' })
    await room.article()
    expect(await room.deliver()).toBe(1)
    for (const [index, delay] of schedule.entries()) {
      expect(await room.later(delay - 1), `before attempt ${index + 2}`).toBe(0)
      expect(await room.later(1), `attempt ${index + 2}`).toBe(1)
    }
    expect(await room.later(30 * hour)).toBe(0)
    const visits = room.web.visits(receiver, hook.path)
    expect(visits).toHaveLength(10)
    expect(new Set(visits.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(visits.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10)
    const [delivery] = await room.deliveries(hook, '?state=failed')
    expect(delivery).toMatchObject({ state: 'failed', attemptCount: 10, nextAttemptAt: null })
    expect(delivery.attempts).toHaveLength(10)
    expect(delivery.attempts[0]).toMatchObject({ status: 500, error: 'It answered 500.', answer: 'no' })
  })

  it.each([
    [429, '600', 600],
    [503, '3600', hour / second],
    [503, String(90 * 24 * 3600), day / second],
  ])(
    'is left alone as long as it asks with %s and Retry-After: %s, within a day',
    async (status, asked, waits) => {
      const room = await startTelling(engine)
      const hook = await room.hook({ types: ['article.published'] }, limited(asked, status))
      await room.article()
      await room.deliver()
      room.web.put(receiver, hook.path, { status: 204 })
      await room.article()
      expect(await room.later(waits * second - 1)).toBe(0)
      expect(await room.later(1)).toBe(2)
      expect((await room.deliveries(hook, '?state=pending')).length).toBe(0)
    },
  )

  it('waits by the schedule where Retry-After asks for less', async () => {
    const room = await startTelling(engine)
    await room.hook({ types: ['article.published'] }, limited('0'))
    await room.article()
    await room.deliver()
    expect(await room.later(5 * second)).toBe(1)
    expect(await room.later(5 * minute - 1)).toBe(0)
  })

  it('is disabled by 410; what was pending goes out when it is active again', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types: ['article.published'] }, { status: 410 })
    const first = await room.article()
    await room.deliver()
    const { body } = await room.api.get(`/v1/webhooks/${hook.id}`)
    expect(body).toMatchObject({
      state: 'disabled',
      stateReason: expect.stringContaining('410'),
      stateSince: room.clock().toISOString(),
      health: { pendingCount: 1 },
    })
    await room.article()
    room.web.put(receiver, hook.path, { status: 204 })
    expect(await room.later(day)).toBe(0)
    const missed = (await room.api.get('/v1/changes')).body.lastSeq
    expect(body.disabledAtSeq).toBe(missed - 1)
    await room.api.patch(`/v1/webhooks/${hook.id}`, { body: { state: 'active' } })
    expect(await room.deliver()).toBe(1)
    expect(room.sent(hook.path).at(-1)?.payload.data.resource.id).toBe(first)
    const range = { fromSeq: body.disabledAtSeq + 1, toSeq: missed }
    await room.api.post(`/v1/webhooks/${hook.id}/replays`, { body: range })
    expect(await room.deliver()).toBe(1)
    const shown = (await room.api.get(`/v1/webhooks/${hook.id}`)).body
    expect(shown).toMatchObject({ state: 'active', stateReason: null, disabledAtSeq: null, replays: [] })
  })

  it('is disabled when nothing has succeeded for five days, and not before', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types: ['article.published'] }, { status: 500 })
    const state = async () => (await room.api.get(`/v1/webhooks/${hook.id}`)).body.state
    for (let passed = 0; passed < 5; passed++) {
      await room.article()
      await room.later(day - 1)
      expect(await state()).toBe('active')
    }
    await room.later(2 * day)
    await room.article()
    await room.later(minute)
    expect(await state()).toBe('disabled')
    expect(room.log.entries.some(({ msg }) => msg === 'a webhook was disabled')).toBe(true)
  })

  it('has everything kept while it is paused', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types: ['article.published'] })
    await room.api.patch(`/v1/webhooks/${hook.id}`, { body: { state: 'paused' } })
    await room.article()
    await room.article()
    expect(await room.later(day)).toBe(0)
    const { body } = await room.api.get(`/v1/webhooks/${hook.id}`)
    expect(body).toMatchObject({ state: 'paused', health: { pendingCount: 2 } })
    await room.api.patch(`/v1/webhooks/${hook.id}`, { body: { state: 'active' } })
    expect(await room.deliver()).toBe(2)
  })

  it('is not led elsewhere', async () => {
    const room = await startTelling(engine)
    room.web.put(receiver, '/elsewhere', { status: 204 })
    const hook = await room.hook({ types: ['article.published'] }, moved('/elsewhere', 307))
    await room.article()
    await room.deliver()
    expect(room.sent('/elsewhere')).toEqual([])
    const [delivery] = await room.deliveries(hook)
    expect(delivery.attempts[0]).toMatchObject({
      status: 307,
      error: 'It answered 307; redirects are not followed.',
    })
  })

  it('is not reached at an address of the inside', async () => {
    const room = await startTelling(engine)
    const { body } = await room.api.post('/v1/webhooks', { body: { url: 'http://169.254.169.254/latest' } })
    await room.article()
    await room.deliver()
    const [delivery] = await room.deliveries({ ...body, path: '' })
    expect(delivery.attempts[0]).toMatchObject({
      status: null,
      error: expect.stringContaining('may not be reached'),
    })
  })

  it('is told again of one delivery, and of a stretch of the log, under the ids from before', async () => {
    const room = await startTelling(engine)
    const before = await room.article()
    const hook = await room.hook({ types: ['article.published'] })
    const id = await room.article()
    await room.deliver()
    const [delivery] = await room.deliveries(hook)
    const answer = await room.api.post(`/v1/webhooks/${hook.id}/deliveries/${delivery.id}/replay`)
    expect(answer).toMatchObject({ status: 202, body: { id: delivery.id, state: 'pending' } })
    expect(await room.deliver()).toBe(1)
    const [again] = await room.deliveries(hook)
    expect(again).toMatchObject({ id: delivery.id, state: 'delivered', attemptCount: 2 })
    const { lastSeq } = (await room.api.get('/v1/changes')).body
    const replays = `/v1/webhooks/${hook.id}/replays`
    expect((await room.api.post(replays, { body: { fromSeq: 1, toSeq: lastSeq } })).status).toBe(202)
    expect((await room.api.get(`/v1/webhooks/${hook.id}`)).body.replays).toEqual([
      { fromSeq: 1, nextSeq: 1, toSeq: lastSeq },
    ])
    expect(await room.deliver()).toBe(2)
    const told = room.sent(hook.path)
    expect(told.map(({ payload }) => payload.data.resource.id).sort()).toEqual([before, id, id, id].sort())
    expect(new Set(told.map(({ visit }) => visit.headers['webhook-id'])).size).toBe(2)
    expect((await room.deliveries(hook)).map(({ cause }) => cause)).toEqual(['replay', 'replay', 'change'])
    for (const [body, status] of [
      [{ fromSeq: 5, toSeq: 2 }, 422],
      [{ fromSeq: 1, toSeq: lastSeq + 1 }, 422],
      [{ fromSeq: 0, toSeq: 1 }, 422],
    ] as const)
      expect((await room.api.post(replays, { body })).status).toBe(status)
  })

  it('answers 410 to the replay of what the log does not have any more', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook()
    await room.article()
    await room.delivering.database.write((tx) =>
      tx.script('delete from change where seq = 1; update change_floor set seq = 1'),
    )
    const { status, body } = await room.api.post(`/v1/webhooks/${hook.id}/replays`, {
      body: { fromSeq: 1, toSeq: 2 },
    })
    expect(status).toBe(410)
    expect(body.firstSeq).toBe(2)
  })

  it('has its deliveries for thirty days', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types: ['article.published'] })
    await room.article()
    await room.deliver()
    room.clock.advance(30 * day)
    expect(await removeOldDeliveries(room.delivering)).toBe(false)
    room.clock.advance(1)
    expect(await removeOldDeliveries(room.delivering)).toBe(true)
    expect(await room.deliveries(hook)).toEqual([])
    expect(await removeOldDeliveries(room.delivering)).toBe(false)
  })

  it('is sent nothing while its partner is suspended', async () => {
    const room = await startTelling(engine)
    const partner = (await room.api.post('/v1/partners', { body: { name: 'A' } })).body.id
    const { key } = (
      await room.api.post(`/v1/partners/${partner}/keys`, { body: { name: 'A', scopes: ['webhooks:write'] } })
    ).body
    await room.hook({ types: ['article.published'] }, { status: 204 }, { key })
    await room.api.patch(`/v1/partners/${partner}`, { body: { state: 'suspended' } })
    await room.article()
    expect(await room.deliver()).toBe(0)
    await room.api.patch(`/v1/partners/${partner}`, { body: { state: 'active' } })
    expect(await room.deliver()).toBe(1)
  })
})

function never(): never {
  throw new Error('Nothing was sent.')
}
