// Writes over HTTP and keeps the ledger of what was acknowledged. A line on its standard input is the address to write to.
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { absent, contentHash } from '../ledger.ts'

const [ledger = '', run = '', writers = '8', paragraphs = '3'] = process.argv.slice(2)
const headers = { authorization: 'Bearer durability', 'content-type': 'application/json' }
const pauseMs = 50
const answerWithinMs = 15_000
let address = ''
let sourceId = ''
let count = 0

createInterface({ input: process.stdin }).on('line', (line) => {
  address = line
})

const note = (line: string) => appendFileSync(ledger, `${line}\n`)

type Text = { title: string; html: string }

function newText(): Text {
  const words = () => Array.from({ length: 40 }, () => Math.random().toString(36).slice(2, 8)).join(' ')
  const html = Array.from({ length: Number(paragraphs) }, () => `<p>${words()}</p>`).join('')
  return { title: `Title ${words().slice(0, 40)}`, html }
}

const hashOf = ({ title, html }: Text) => contentHash(title, html)
const bodyOf = (key: string, { title, html }: Text) => ({
  sourceId,
  externalId: key,
  url: `https://ledger.example/${key}`,
  title,
  language: 'en',
  publishedAt: '2026-11-20T08:00:00Z',
  body: { html },
})

/** The answer of a success; `undefined` where none came or it was refused, which is noted. */
async function ask(method: string, path: string, body?: string, type = headers['content-type']) {
  try {
    const answer = await fetch(address + path, {
      method,
      headers: { authorization: headers.authorization, ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const text = await answer.text()
    if (answer.ok) return { text, id: answer.headers.get('location')?.split('/').at(-1) ?? '' }
    const problem = answer.headers.get('content-type')?.startsWith('application/problem+json')
      ? 'problem'
      : 'text'
    note(`! ${answer.status} ${problem} ${answer.headers.has('retry-after') ? 'retry-after' : 'never'}`)
    if (answer.status < 500) console.error(`${method} ${path} ${answer.status} ${text}`)
  } catch {
    // The server is gone; the next line of the input says where the next one is.
    note('~')
  }
  await sleep(pauseMs)
  return undefined
}

type Held = { key: string; id: string }

async function create(): Promise<Held | undefined> {
  const key = `${run}-${++count}`
  const text = newText()
  note(`? ${key} ${hashOf(text)}`)
  const made = await ask('POST', '/v1/articles', JSON.stringify(bodyOf(key, text)))
  if (!made) return undefined
  note(`= ${key} ${hashOf(text)}`)
  return { key, id: made.id }
}

async function change({ key, id }: Held): Promise<boolean> {
  const text = newText()
  const patch = JSON.stringify({ title: text.title, body: { html: text.html } })
  note(`? ${key} ${hashOf(text)}`)
  const changed = await ask('PATCH', `/v1/articles/${id}`, patch, 'application/merge-patch+json')
  if (changed) note(`= ${key} ${hashOf(text)}`)
  return changed !== undefined
}

async function remove({ key, id }: Held): Promise<void> {
  note(`? ${key} ${absent}`)
  if (await ask('DELETE', `/v1/articles/${id}`)) note(`= ${key} ${absent}`)
}

async function load(): Promise<void> {
  const lines = Array.from({ length: 5 }, () => ({ key: `${run}-${++count}`, text: newText() }))
  for (const { key, text } of lines) note(`? ${key} ${hashOf(text)}`)
  const body = lines.map(({ key, text }) => `${JSON.stringify(bodyOf(key, text))}\n`).join('')
  const answer = await ask('POST', '/v1/articles/import', body, 'application/x-ndjson')
  for (const line of answer?.text.split('\n').filter(Boolean) ?? []) {
    const result = JSON.parse(line)
    const sent = lines[result.line - 1]
    if (sent && result.status === 'created') note(`= ${sent.key} ${hashOf(sent.text)}`)
    else note(`! import ${result.problem?.code ?? result.status} never`)
  }
}

async function writer(): Promise<never> {
  let held: Held | undefined
  for (;;) {
    if (sourceId === '') {
      await prepare()
      continue
    }
    const dice = Math.random()
    if (dice < 0.1) await load()
    else if (!held) held = await create()
    // After an attempt without an answer nobody knows what is there: it is left alone.
    else if (dice < 0.6) held = (await change(held)) ? held : undefined
    else if (dice < 0.7) {
      await remove(held)
      held = undefined
    } else held = await create()
  }
}

let preparing: Promise<void> | undefined

function prepare(): Promise<void> {
  preparing ??= (async () => {
    const body = JSON.stringify({ name: `Ledger ${run}`, homeUrl: `https://${run}.ledger.example/` })
    const made = address ? await ask('POST', '/v1/sources', body) : await sleep(pauseMs)
    if (made) {
      sourceId = JSON.parse(made.text).id
      note(`@ ${sourceId}`)
    }
    preparing = undefined
  })()
  return preparing
}

await Promise.all(Array.from({ length: Number(writers) }, writer))
