import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { removeOld } from '../src/changes/retention.ts'
import type { Database } from '../src/database/database.ts'
import { type Engine, engines, onEveryEngine } from './support/engines.ts'
import { differencesOf, memberOf, type Shown, type Step, stepsOf } from './support/guide.ts'
import { emptyFolder, newsweave } from './support/newsweave.ts'
import { hasProgram } from './support/programs.ts'
import { readPage } from './support/readme.ts'
import { openShell, type Shell } from './support/shell.ts'

const [readme, partners] = await Promise.all([readPage('README.md'), readPage('docs/partners.md')])
const withShell = hasProgram('bash') && hasProgram('curl')
const withPython = hasProgram('python3')
const adminKey = 'the-key-of-the-administrator'
/** At which the guide has its reader listen. */
const ports = ['8081', '8082']

type Command = Extract<Step, { kind: 'command' }>

it('shows every curl of the README with its answer', () => {
  const commands = answeredIn(readme).map(({ command }) => command)
  expect(commands.filter((command) => command.startsWith('curl ')).length).toBeGreaterThan(7)
  expect(readme.match(/^curl /gm)).toHaveLength(commands.join('').match(/^curl /gm)?.length ?? 0)
})

it('has programs in both languages and many commands in the partner guide', () => {
  const steps = stepsOf(partners)
  expect(steps.filter(({ kind }) => kind === 'command').length).toBeGreaterThan(40)
  const endings = steps.flatMap((step) => (step.kind === 'file' ? [step.name.split('.').at(-1)] : []))
  expect(new Set(endings)).toEqual(new Set(['mjs', 'py']))
})

it.skipIf(!withShell)('does what the README shows', { timeout: 60_000 }, async () => {
  const [sqlite] = engines
  const address = await startNewsroom(await (sqlite as Engine).create('empty'))
  const page = readme.replaceAll('http://127.0.0.1:3000', address)
  const shell = await openTerminal({ KEY: adminKey })
  for (const step of stepsOf(page)) {
    // What shows no answer sets the reader's machine up.
    if (step.kind === 'file' || step.shown) await take(shell, step)
  }
})

onEveryEngine('the partner guide', (engine) => {
  it.skipIf(!withShell)('does all that it shows, in its order', { timeout: 180_000 }, async () => {
    const url = await engine.create('empty')
    const address = await startNewsroom(url)
    await forgetChanges(engine.connect(url))
    const shell = await openTerminal({ NEWS: address, ADMIN: adminKey })
    for (const step of stepsOf(await withFreePorts(partners))) await take(shell, step)
  })
})

const answeredIn = (page: string) =>
  stepsOf(page).flatMap((step) => (step.kind === 'command' && step.shown ? [step] : []))

/** As the first commands of both pages start it, with the sample. */
async function startNewsroom(url: string): Promise<string> {
  const server = newsweave(['start', '--port', '0', '--database-url', url], {
    env: { ADMIN_KEY: adminKey, OUTBOUND_ALLOW: '127.0.0.1' },
  })
  const [, address = ''] = await server.printed(/ready at (\S+)/)
  await untilQuiet(address)
  return address
}

/** As if the newsroom were older than the time for which it keeps its log. */
async function forgetChanges(database: Database): Promise<void> {
  const before = new Date(Date.now() + 60_000)
  while ((await removeOld(database, { before, followers: [] })) > 0);
}

/** The stories of the sample are found a moment after the start. */
async function untilQuiet(address: string): Promise<void> {
  let last = -1
  for (let found = await endOfLog(address); found !== last; found = await endOfLog(address)) {
    last = found
    await setTimeout(1500)
  }
}

async function endOfLog(address: string): Promise<number> {
  const answer = await fetch(`${address}/v1/changes?after=999999999999999`)
  return ((await answer.json()) as { lastSeq: number }).lastSeq
}

async function openTerminal(env: Record<string, string>): Promise<Shell & { folder: string }> {
  const folder = emptyFolder()
  // As `npm install` leaves it, with the sources in place of what is built of them.
  mkdirSync(join(folder, 'node_modules/@newsweave'), { recursive: true })
  const client = new URL('../openapi/client', import.meta.url).pathname
  symlinkSync(client, join(folder, 'node_modules/@newsweave/client'))
  return { ...openShell(folder, { NODE_OPTIONS: '--conditions=@newsweave/source', ...env }), folder }
}

async function take(shell: Shell & { folder: string }, step: Step): Promise<void> {
  if (step.kind === 'file') writeFileSync(join(shell.folder, step.name), step.text)
  else if (withPython || !step.command.includes('python')) await run(shell, step)
}

async function run(shell: Shell, { command, shown, taken }: Command): Promise<void> {
  if (!shown) return void (await shell.run(command))
  let [printed, faults] = await attempt(shell, command, shown)
  // What was set going a moment ago may not have come yet; a reader would look again.
  for (let tries = 0; tries < 40 && isHarmless(command) && faults.length > 0; tries++) {
    await setTimeout(250)
    ;[printed, faults] = await attempt(shell, command, shown)
  }
  expect(faults, `${command}\n${printed}`).toEqual([])
  for (const { member, variable } of taken) shell.set(variable, memberOf(shown, printed, member))
}

async function attempt(shell: Shell, command: string, shown: Shown): Promise<[string, string[]]> {
  try {
    const printed = await shell.run(command)
    return [printed, differencesOf(shown, printed)]
  } catch (error) {
    return ['', [String(error)]]
  }
}

const isHarmless = (command: string) => !/ -[dXT] |--data|&$|node |python3 /m.test(command)

async function withFreePorts(text: string): Promise<string> {
  let replaced = text
  for (const port of ports) replaced = replaced.replaceAll(port, String(await freePort()))
  return replaced
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
