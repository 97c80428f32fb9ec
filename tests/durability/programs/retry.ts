// Makes sources over HTTP, gives up on many an answer, and asks again under the same Idempotency-Key until one comes. A line on its
// standard input is the address to write to. The ledger has a line of JSON for each request that was first made or answered.
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Retried } from '../proofs/retries.ts'

const [ledger = '', withKeys = 'true', writers = '8'] = process.argv.slice(2)
const pauseMs = 10
const answerWithinMs = 15_000
let address = ''
/** How long it last took to make one. Who gives up about then leaves much that is made, and that nobody heard of. */
let lastMs = 50
let count = 0

createInterface({ input: process.stdin }).on('line', (line) => {
  address = line
})

const note = (line: Retried) => appendFileSync(ledger, `${JSON.stringify(line)}\n`)

type Answer = { status: number; body: string; isReplayed: boolean }

async function ask(key: string, name: string, withinMs: number): Promise<Answer | undefined> {
  const began = performance.now()
  try {
    const answer = await fetch(`${address}/v1/sources`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer durability',
        'content-type': 'application/json',
        ...(withKeys === 'true' && { 'idempotency-key': key }),
      },
      body: JSON.stringify({ name, homeUrl: `https://${key}.ledger.example/` }),
      signal: AbortSignal.timeout(withinMs),
    })
    const body = await answer.text()
    const isReplayed = answer.headers.get('idempotency-replayed') === 'true'
    if (answer.status === 201 && !isReplayed) lastMs = performance.now() - began
    return { status: answer.status, body, isReplayed }
  } catch {
    await sleep(pauseMs)
    return undefined
  }
}

/** What says "later", or that a request that was given up still runs, is no other answer. */
const isLater = ({ status, body }: Answer) => status === 503 || body.includes('idempotency-key-in-use')

/** The answer of a success, after as many requests as it takes. */
async function untilMade(key: string): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await ask(
      key,
      key,
      tries % 4 === 0 ? answerWithinMs : Math.ceil(Math.random() * 2 * lastMs),
    )
    if (answer?.status === 201) return answer
    if (answer && !isLater(answer)) note({ key, wrong: `${answer.status} ${answer.body}` })
    await sleep(pauseMs)
  }
}

async function writer(): Promise<never> {
  for (;;) {
    if (address === '') {
      await sleep(pauseMs)
      continue
    }
    const key = `retried-${++count}`
    note({ key })
    const made = await untilMade(key)
    note({ key, id: JSON.parse(made.body).id, isReplayed: made.isReplayed })
    if (withKeys !== 'true') continue
    const again = await untilMade(key)
    if (again.body !== made.body || !again.isReplayed) note({ key, wrong: `again ${again.body}` })
    const other = await ask(key, `${key} of another name`, answerWithinMs)
    if (other && other.status !== 422 && !isLater(other)) note({ key, wrong: `other ${other.status}` })
  }
}

await Promise.all(Array.from({ length: Number(writers) }, writer))
