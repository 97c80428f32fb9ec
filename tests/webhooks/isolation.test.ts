import { expect, it } from 'vitest'
import { systemClock } from '../../src/shared/clock.ts'
import { claimDue } from '../../src/webhooks/claiming.ts'
import { dispatchAll } from '../../src/webhooks/dispatching.ts'
import { startDelivering } from '../../src/webhooks/worker.ts'
import {
  bomb,
  dripping,
  drippingHeaders,
  endless,
  headersOnly,
  limited,
  manyHeaders,
  moved,
  nonsense,
  reset,
  silent,
} from '../support/bad-answers.ts'
import { atEnd } from '../support/cleanup.ts'
import { onEveryEngine } from '../support/engines.ts'
import type { Answer, PlainAnswer } from '../support/feed-server.ts'
import { receiver, startTelling } from './newsroom.ts'

const types = ['article.published']

/** What a receiver may answer, and what the log then says: the status, and whether it counts as delivered. */
const answers: Record<string, { page: Answer; status: number | null; delivered: boolean; hangs?: true }> = {
  'nothing, ever': { page: silent(), status: null, delivered: false, hangs: true },
  'headers without end': { page: drippingHeaders(), status: null, delivered: false, hangs: true },
  'headers and no body': { page: headersOnly(), status: null, delivered: false, hangs: true },
  'a body drop by drop': { page: dripping(), status: null, delivered: false, hangs: true },
  'a redirect': { page: moved('https://elsewhere.example/', 308), status: 308, delivered: false },
  '410': { page: { status: 410 }, status: 410, delivered: false },
  '429': { page: limited('60'), status: 429, delivered: false },
  '500 with a bomb': { page: failing(bomb('gzip', 50)), status: 500, delivered: false },
  '502': { page: { status: 502 }, status: 502, delivered: false },
  'a broken connection': { page: reset('x'.repeat(100), 10), status: null, delivered: false },
  'too many headers': { page: manyHeaders(200_000), status: null, delivered: false },
  'no HTTP': { page: nonsense(), status: null, delivered: false },
  'a body without end': { page: endless(), status: 200, delivered: true },
  'a body that is not text': {
    page: { status: 200, body: Buffer.from([0, 255, 254, 0, 65]) },
    status: 200,
    delivered: true,
  },
  'a long body': { page: { status: 200, body: '长'.repeat(100_000) }, status: 200, delivered: true },
}

function failing(answer: PlainAnswer): PlainAnswer {
  return { ...answer, status: 500 }
}

onEveryEngine('a receiver', (engine) => {
  it('may answer whatever it likes: the others have theirs at once, and the log tells', async () => {
    const room = await startTelling(engine, systemClock as never)
    const worker = startDelivering(room.delivering)
    atEnd(() => worker.stop(0))
    const bad = await Promise.all(
      Object.entries(answers).map(async ([name, { page, ...expected }]) => ({
        name,
        ...expected,
        hook: await room.hook({ types }, page, {
          host: `${name.replaceAll(/\W/g, '-')}.example`.toLowerCase(),
        }),
      })),
    )
    const good = await room.hook({ types })
    const started = performance.now()
    for (let index = 0; index < 20; index++) await room.article()
    const written = performance.now() - started
    await expect.poll(() => room.sent(good.path).length, { timeout: 10_000 }).toBe(20)
    expect(performance.now() - started - written).toBeLessThan(3000)
    for (const { name, hook, status, delivered, hangs } of bad) {
      const ofFirst = async () => (await room.deliveries(hook)).at(-1).attempts[0]
      await expect.poll(ofFirst, { timeout: 20_000, message: name }).toBeDefined()
      const attempt = await ofFirst()
      expect(attempt.status, name).toBe(status)
      expect(attempt.error === null, name).toBe(delivered)
      expect(attempt.answer?.length ?? 0, name).toBeLessThanOrEqual(1000)
      expect(attempt.durationMs, name).toBeLessThan(17_000)
      if (hangs) expect(attempt.durationMs, name).toBeGreaterThan(14_000)
      // One that fails is asked by one request until it answers, and not at all for a while from the fifth failure on.
      const asked = (await room.deliveries(hook)).flatMap(({ attempts }) => attempts).length
      if (!delivered) expect(asked, name).toBeLessThanOrEqual(12)
    }
    expect(room.log.entries.filter(({ level }) => level >= 50)).toEqual([])
  }, 90_000)

  it('has four deliveries at once, its host eight, and all processes together no more', async () => {
    const room = await startTelling(engine)
    for (let index = 0; index < 3; index++) await room.hook({ types })
    const other = await room.hook({ types }, { status: 204 }, { host: 'other.example' })
    for (let index = 0; index < 6; index++) await room.article()
    await dispatchAll(room.delivering)
    const claims = await Promise.all(Array.from({ length: 4 }, () => claimDue(room.delivering, 64)))
    const claimed = [...claims.flat(), ...(await claimDue(room.delivering, 64))]
    const of = (id: string) => claimed.filter(({ webhook_id }) => webhook_id === id).length
    expect(claimed).toHaveLength(12)
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(12)
    expect(of(other.id)).toBe(4)
    for (const id of new Set(claimed.map(({ webhook_id }) => webhook_id)))
      expect(of(id)).toBeLessThanOrEqual(4)
    // What a dead process had is due again when its lease is over.
    room.clock.advance(25_000)
    expect(await claimDue(room.delivering, 64)).toHaveLength(12)
  })

  it('gets its first before another gets its second', async () => {
    const room = await startTelling(engine)
    for (let index = 0; index < 6; index++)
      await room.hook({ types }, { status: 204 }, { host: `h${index}.example` })
    for (let index = 0; index < 6; index++) await room.article()
    await dispatchAll(room.delivering)
    const claimed = await claimDue(room.delivering, 6)
    expect(new Set(claimed.map(({ webhook_id }) => webhook_id)).size).toBe(6)
  })

  it('that is down is left in peace, however much there is for it', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types }, { status: 500 })
    for (let index = 0; index < 40; index++) await room.article()
    await room.deliver()
    // Four at once, and then one by one until the fifth failure in a row.
    expect(room.web.visits(receiver, hook.path).length).toBeLessThanOrEqual(5)
    room.web.put(receiver, hook.path, { status: 204 })
    expect(await room.later(60_000)).toBeGreaterThanOrEqual(35)
  })
})

onEveryEngine('telling webhooks', (engine) => {
  it('writes nothing where there are none, and begins where the first one does', async () => {
    const room = await startTelling(engine)
    await room.article()
    let commits = 0
    room.delivering.database.onCommit(() => commits++)
    expect(await room.deliver()).toBe(0)
    expect(commits).toBe(0)
    await room.hook({ types })
    commits = 0
    expect(await room.deliver()).toBe(0)
    expect(commits).toBe(0)
  })

  it('makes no delivery twice and none not at all, however often it is broken off and by however many', async () => {
    const room = await startTelling(engine)
    const hook = await room.hook({ types })
    for (let index = 0; index < 40; index++) await room.article()
    const { database } = room.delivering
    const broken = {
      ...room.delivering,
      database: {
        ...database,
        write: (work: Parameters<typeof database.write>[0]) =>
          database.write(async (tx) => {
            await work(tx)
            throw new Error('killed')
          }),
      } as typeof database,
    }
    await expect(dispatchAll(broken)).rejects.toThrow('killed')
    await Promise.all(Array.from({ length: 4 }, () => dispatchAll(room.delivering)))
    await dispatchAll(room.delivering)
    const seqs = (await room.deliveries(hook, '?limit=100')).map(({ seq }) => seq)
    expect(seqs).toHaveLength(40)
    expect(new Set(seqs).size).toBe(40)
  })

  it('ends at once when it is told to, and lets go of what hangs', async () => {
    const room = await startTelling(engine, systemClock as never)
    const hook = await room.hook({ types }, silent())
    const worker = startDelivering(room.delivering)
    await room.article()
    await expect.poll(() => room.web.visits(receiver, hook.path).length, { timeout: 5000 }).toBe(1)
    const started = performance.now()
    await worker.stop(200)
    expect(performance.now() - started).toBeLessThan(2000)
    const [delivery] = await room.deliveries(hook)
    expect(delivery).toMatchObject({ state: 'pending', attemptCount: 0 })
    expect(await claimDue(room.delivering, 1)).toHaveLength(1)
  })
})
