import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { contentHash, faultsOf, newDatabase, readLedger, unclearRefusals } from '../ledger.ts'
import { type Control, serve, startWriter } from '../processes.ts'
import { Broken, demand, type Effort, inFolder, nothing, type Proof, until } from '../proof.ts'

const goneWithinMs = 10_000
/** An import is under way when the old server is told to stop, and goes on for this long. */
const linesOfImport = 40
const everyMs = 100
const headers = { authorization: 'Bearer durability' }

export const deploys: Proof = {
  name: 'deploys',
  promise:
    'A deploy drops nothing: what is under way when a server is told to stop comes to its end, and the server is gone within 10 s',
  needs: [],
  async run(effort) {
    const { made, answered, dropped, slowestMs } = await deploying(effort.long ? 20 : 1, effort)
    nothing(dropped, `after ${made} deploys`)
    demand(slowestMs < goneWithinMs, `A server was gone only after ${slowestMs} ms.`)
    const control = await deploying(1, effort, 'ends-at-once')
    demand(control.dropped.length > 0, 'A server that ends at once dropped nothing: the proof shows nothing.')
    return `0 of ${answered} requests dropped in ${made} deploys under load, in each of which an import of ${linesOfImport} lines was under way and got all its results; the old server was gone after ${Math.ceil(slowestMs)} ms at most; a control that ends at once dropped ${control.dropped.length}`
  },
}

function deploying(number: number, { mayGoOn, tell }: Effort, control?: Control) {
  return inFolder(async (folder) => {
    const [url, ledger] = [await newDatabase(folder), join(folder, 'ledger')]
    const writer = startWriter(ledger, 'deploy')
    const dropped: string[] = []
    let [made, slowestMs] = [0, 0]
    let server = await serve(url, { control })
    try {
      writer.writeTo(String(server.address))
      const source = await makeSource(String(server.address))
      for (; made < number && (made === 0 || mayGoOn()); made++) {
        const before = readLedger(ledger).acknowledged
        await until(() => readLedger(ledger).acknowledged > before + 5, 60_000, 'Nobody writes.')
        const next = await serve(url, { control })
        const keys = Array.from({ length: linesOfImport }, (_, n) => `import-${made}-${n}`)
        const upload = importSlowly(String(server.address), { source, keys, ledger }).catch(
          (error) => `The import broke: ${error}`,
        )
        await sleep(5 * everyMs)
        slowestMs = Math.max(slowestMs, await replace(server, () => writer.writeTo(String(next.address))))
        const fault = await upload
        if (fault) dropped.push(fault)
        server = next
        tell(`${made} of ${number} deploys`)
      }
      await sleep(500)
    } finally {
      await Promise.all([server.kill(), writer.kill()])
    }
    const written = readLedger(ledger)
    const { acknowledged, broken } = written
    for (let n = 0; n < broken; n++) dropped.push('A request got no answer.')
    if (!control) {
      nothing(unclearRefusals(written), 'answers that are unclear')
      nothing(await faultsOf(url, written), 'after deploys')
    }
    return { made, answered: acknowledged, dropped, slowestMs }
  })
}

type Server = Awaited<ReturnType<typeof serve>>

/** As a balancer does it: who is not ready gets no more requests. Answers how long the old server took to end. */
async function replace(old: Server, switchOver: () => void): Promise<number> {
  const began = performance.now()
  process.kill(old.pid as number, 'SIGTERM')
  while (await isReady(String(old.address))) await sleep(50)
  switchOver()
  const code = await old.ended
  demand(code === 0, `The old server ended with ${code}: ${old.output()}`)
  return performance.now() - began
}

const isReady = (address: string) =>
  fetch(`${address}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )

async function makeSource(address: string): Promise<string> {
  const made = await fetch(`${address}/v1/sources`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Imports', homeUrl: 'https://imports.example/' }),
  })
  return ((await made.json()) as { id: string }).id
}

const html = '<p>A line of an import that takes its time.</p>'
const titleOf = (key: string) => `Imported ${key}`
const articleLine = (sourceId: string, key: string) =>
  `${JSON.stringify({
    sourceId,
    externalId: key,
    url: `https://imports.example/${key}`,
    title: titleOf(key),
    language: 'en',
    publishedAt: '2026-11-20T08:00:00Z',
    body: { html },
  })}\n`

type Import = { source: string; keys: string[]; ledger: string }

/** Keeps the ledger. Answers what is wrong with the answer, if anything is. */
async function importSlowly(address: string, { source, keys, ledger }: Import): Promise<string | undefined> {
  const note = (mark: '?' | '=', key: string) =>
    appendFileSync(ledger, `${mark} ${key} ${contentHash(titleOf(key), html)}\n`)
  const body = async function* () {
    for (const key of keys) {
      note('?', key)
      yield Buffer.from(articleLine(source, key))
      await sleep(everyMs)
    }
  }
  const answer = await fetch(`${address}/v1/articles/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: body(),
    duplex: 'half',
  } as unknown as RequestInit)
  if (answer.status !== 200) throw new Broken(`status ${answer.status}`)
  const results = (await answer.text()).split('\n').filter(Boolean)
  const created = results.map((text) => JSON.parse(text)).filter(({ status }) => status === 'created')
  for (const { line } of created) note('=', String(keys[line - 1]))
  return created.length === keys.length
    ? undefined
    : `The import has ${created.length} of ${keys.length} results.`
}
