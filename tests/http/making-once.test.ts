import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { makingOnce } from '../../src/http/making-once.ts'
import { readyAnswer, sendReady } from '../../src/http/response-cache.ts'
import { startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

const atOnce = 20

describe('what several ask for at once', () => {
  it('is made by the first, and the others go on when it is made', () => {
    const making = makingOnce()
    const wentOn: string[] = []
    const made = making.begin('a')
    expect(making.wait('b', () => wentOn.push('b'))).toBe(false)
    expect(making.wait('a', () => wentOn.push('first'))).toBe(true)
    expect(making.wait('a', () => wentOn.push('second'))).toBe(true)
    expect(wentOn).toEqual([])
    made()
    expect(wentOn).toEqual(['first', 'second'])
    const again = making.begin('a')
    // Who began earlier has nothing to say of what is made now.
    made()
    expect(making.wait('a', () => wentOn.push('third'))).toBe(true)
    again()
    expect(wentOn).toEqual(['first', 'second', 'third'])
  })

  it('is not waited for longer than a time', async () => {
    const making = makingOnce(20)
    making.begin('a')
    await new Promise<void>((resolve) => expect(making.wait('a', resolve)).toBe(true))
    expect(making.wait('a', () => {})).toBe(false)
  })
})

onEveryEngine('an answer that takes time to make', (engine) => {
  let made = 0
  let ask: (url: string, headers?: Record<string, string>) => Promise<{ status: number; text: string }>

  beforeEach(async () => {
    made = 0
    const database = await engine.open()
    const { app, listen } = await startApi(database)
    const options = { schema: { hide: true }, config: { access: 'public', cached: true } } as const
    app.get('/slow', options, async (request, reply) => {
      const number = ++made
      await sleep(50)
      if (request.query && (request.query as { fails?: string }).fails) throw new Error('It failed.')
      return sendReady(
        request,
        reply,
        readyAnswer(Buffer.from(JSON.stringify('x'.repeat(5000) + number)), reply),
      )
    })
    const address = await listen()
    ask = async (url, headers = {}) => {
      const answer = await fetch(address + url, { headers })
      return { status: answer.status, text: await answer.text() }
    }
  })

  const askTogether = (url: string, headers?: Record<string, string>) =>
    Promise.all(Array.from({ length: atOnce }, () => ask(url, headers)))

  it('is made once for all who ask meanwhile, in each encoding, where answers are kept', async () => {
    for (const headers of [{ 'accept-encoding': 'identity' }, { 'accept-encoding': 'gzip' }]) {
      const texts = new Set(
        (await askTogether(`/slow?${headers['accept-encoding']}`, headers)).map(({ text }) => text),
      )
      expect(texts.size).toBe(engine.name === 'sqlite' ? 1 : atOnce)
    }
    expect(made).toBe(engine.name === 'sqlite' ? 2 : 2 * atOnce)
  })

  it('is made by each for itself where the first fails', async () => {
    const statuses = (await askTogether('/slow?fails=1')).map(({ status }) => status)
    expect(statuses).toEqual(Array(atOnce).fill(500))
  })
})
