import { beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { Database, Transaction } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { idempotency, idempotencyHeader } from '../../src/http/idempotency.ts'
import { createServer, type Server } from '../../src/http/server.ts'
import { Failure } from '../../src/shared/failure.ts'
import { atEnd } from '../support/cleanup.ts'
import { type TestClock, testClock } from '../support/clock.ts'
import { checkProblem } from '../support/contract.ts'
import { onEveryEngine } from '../support/engines.ts'
import { memoryLog } from '../support/log.ts'

const body = z.strictObject({ name: z.string(), fail: z.string().optional() })

const add = (tx: Transaction, name: string) =>
  tx.run(sql`
    insert into partner (id, name, state, created_at, updated_at) values (${name}, ${name}, 'active', '', '')`)

onEveryEngine('an Idempotency-Key', (engine) => {
  let clock: TestClock
  let url: string
  let database: Database
  let app: Server
  let runs: number

  beforeEach(async () => {
    clock = testClock()
    url = await engine.create()
    database = engine.connect(url, clock)
    runs = 0
    app = start(database)
  })

  /** An app with one POST, which adds a row, fails where it is told to, and keeps a secret to itself. */
  function start(on: Database, meanwhile: () => Promise<unknown> = async () => {}): Server {
    const server = createServer({
      logger: memoryLog().logger,
      publicUrl: () => 'http://x.test',
      trustedProxies: [],
    })
    const once = idempotency(on)
    server.decorateRequest('actor', null)
    server.addHook('onRequest', async (request) => {
      const keyId = request.headers['x-actor']
      if (typeof keyId === 'string') request.actor = { keyId } as never
    })
    server.post('/partners', { schema: { body, headers: idempotencyHeader } }, (request, reply) =>
      once(request, reply, async (tx) => {
        runs++
        await add(tx, request.body.name)
        await meanwhile()
        if (request.body.fail === 'failure') throw new Failure('conflict', 'No.')
        if (request.body.fail === 'bug') throw new Error('bug')
        const { name } = request.body
        return {
          status: 201,
          headers: { location: `/partners/${runs}` },
          body: { name, secret: 's3cret', at: tx.now },
          keptBody: { name, secret: null, at: tx.now },
        }
      }),
    )
    atEnd(() => server.close())
    return server
  }

  async function send(members: z.input<typeof body>, headers: Record<string, string> = {}, to = app) {
    const reply = await to.inject({ method: 'POST', url: '/partners', headers, payload: members })
    if (reply.statusCode >= 400) {
      const answer = {
        status: reply.statusCode,
        headers: reply.headers as Record<string, string>,
        text: reply.body,
      }
      checkProblem({ request: 'POST /partners', ...answer })
    }
    return { status: reply.statusCode, headers: reply.headers, body: reply.json() }
  }

  const key = (value: string, actor?: string) => ({
    'idempotency-key': value,
    ...(actor && { 'x-actor': actor }),
  })
  const names = async (q: Database) =>
    (await q.all<{ name: string }>(sql`select name from partner order by name`)).map(({ name }) => name)
  const kept = (q: Database) => q.all(sql`select key, status from idempotent_answer`)

  it('makes a repeated request answer the same, and happen once', async () => {
    const first = await send({ name: 'a' }, key('k'))
    expect(first).toMatchObject({ status: 201, body: { name: 'a', secret: 's3cret' } })
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    clock.advance(60_000)
    const again = await send({ name: 'a' }, key('k'))
    expect(again).toMatchObject({
      status: 201,
      headers: { location: '/partners/1', 'idempotency-replayed': 'true' },
      body: { name: 'a', secret: null, at: first.body.at },
    })
    expect(runs).toBe(1)
    expect(await names(database)).toEqual(['a'])
  })

  it('is remembered by every process', async () => {
    await send({ name: 'a' }, key('k'))
    const other = start(engine.connect(url, clock))
    expect((await send({ name: 'a' }, key('k'), other)).headers['idempotency-replayed']).toBe('true')
    expect(runs).toBe(1)
  })

  it('is refused with 422 for another body', async () => {
    await send({ name: 'a' }, key('k'))
    expect(await send({ name: 'b' }, key('k'))).toMatchObject({
      status: 422,
      body: {
        type: 'http://x.test/problems/idempotency-key-reused',
        errors: [{ in: 'header', path: 'idempotency-key' }],
      },
    })
    expect(await names(database)).toEqual(['a'])
  })

  it('belongs to who sent it', async () => {
    await send({ name: 'a' }, key('k', 'one'))
    expect((await send({ name: 'b' }, key('k', 'two'))).status).toBe(201)
    expect((await send({ name: 'c' }, key('k'))).status).toBe(201)
    expect((await send({ name: 'a' }, key('k', 'one'))).headers['idempotency-replayed']).toBe('true')
    expect(await names(database)).toEqual(['a', 'b', 'c'])
  })

  it('is refused with 409 while the first request runs, in this process', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const slow = start(database, () => promise)
    const first = send({ name: 'a' }, key('k'), slow)
    await expect.poll(() => runs).toBe(1)
    expect(await send({ name: 'a' }, key('k'), slow)).toMatchObject({
      status: 409,
      headers: { 'retry-after': '1' },
      body: { type: 'http://x.test/problems/idempotency-key-in-use' },
    })
    resolve()
    expect((await first).status).toBe(201)
    expect((await send({ name: 'a' }, key('k'), slow)).headers['idempotency-replayed']).toBe('true')
  })

  it('makes two processes that get one request at the same time do it once', async () => {
    const apps = [start(database), start(engine.connect(url, clock))]
    const replies = await Promise.all(apps.map((server) => send({ name: 'a' }, key('k'), server)))
    expect(replies.map(({ status }) => status)).toEqual([201, 201])
    expect(replies.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(1)
    expect(await names(database)).toEqual(['a'])
  })

  it.each(['failure', 'bug'])(
    'keeps nothing of a request that failed by a %s, which may be sent again',
    async (fail) => {
      const failed = await send({ name: 'a', fail }, key('k'))
      expect(failed.status).toBe(fail === 'bug' ? 500 : 409)
      expect(await names(database)).toEqual([])
      expect(await kept(database)).toEqual([])
      expect(await send({ name: 'a' }, key('k'))).toMatchObject({ status: 201, body: { name: 'a' } })
    },
  )

  it('keeps nothing of a request that was refused before it ran', async () => {
    expect((await send({ name: 1 } as never, key('k'))).status).toBe(422)
    expect((await send({ name: 'a' }, key('k'))).status).toBe(201)
  })

  it('is committed with the write or not at all', async () => {
    const torn: Database = {
      ...database,
      write: (work) =>
        database.write(async (tx) => {
          await work(tx)
          // Both are there by now, and both go.
          expect(await tx.one(sql`select count(*) as count from partner`)).toEqual({ count: 1 })
          expect(await tx.one(sql`select status from idempotent_answer`)).toEqual({ status: 201 })
          throw new Error('the power went')
        }),
    }
    expect((await send({ name: 'a' }, key('k'), start(torn))).status).toBe(500)
    expect(await names(database)).toEqual([])
    expect(await kept(database)).toEqual([])
    expect((await send({ name: 'a' }, key('k'))).status).toBe(201)
    expect(await kept(database)).toEqual([{ key: 'k', status: 201 }])
  })

  it('is forgotten after 24 hours, and not before', async () => {
    await send({ name: 'a' }, key('k'))
    clock.advance(24 * 60 * 60 * 1000 - 1)
    expect((await send({ name: 'a' }, key('k'))).headers['idempotency-replayed']).toBe('true')
    clock.advance(2)
    expect((await send({ name: 'b' }, key('k'))).headers['idempotency-replayed']).toBeUndefined()
    expect(await kept(database)).toEqual([{ key: 'k', status: 201 }])
  })

  it('does not survive with the secret that the first answer showed', async () => {
    await send({ name: 'a' }, key('k'))
    const rows = await database.all(sql`select * from idempotent_answer`)
    expect(JSON.stringify(rows)).not.toContain('s3cret')
  })

  it.each(['', 'two words', 'ключ', 'x'.repeat(256)])(
    'is refused with 400 where it is "%s"',
    async (value) => {
      const reply = await send({ name: 'a' }, key(Buffer.from(value).toString('latin1')))
      expect(reply).toMatchObject({
        status: 400,
        body: { errors: [{ in: 'header', path: 'idempotency-key' }] },
      })
    },
  )

  it('may be left out, and then every request happens', async () => {
    expect((await send({ name: 'a' })).status).toBe(201)
    expect((await send({ name: 'b' })).status).toBe(201)
    expect(await kept(database)).toEqual([])
  })
})
