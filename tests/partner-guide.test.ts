import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { removeOld } from '../src/changes/retention.ts'
import { onEveryEngine } from './support/engines.ts'
import { differencesOf, memberOf, type Step, stepsOf } from './support/guide.ts'
import { emptyFolder, newsweave } from './support/newsweave.ts'
import { hasProgram } from './support/programs.ts'
import { readPage } from './support/readme.ts'
import { openShell, type Shell } from './support/shell.ts'

const page = await readPage('docs/partners.md')
const withShell = hasProgram('bash') && hasProgram('curl')
const withPython = hasProgram('python3')
const adminKey = 'the-key-of-the-administrator'
/** Whom the guide has listening on its reader's machine. */
const ports = ['8081', '8082']

type Command = Extract<Step, { kind: 'command' }>

it('every block of the partner guide is a step that runs, and it has all three languages', () => {
  const steps = stepsOf(page)
  expect(steps.filter(({ kind }) => kind === 'command').length).toBeGreaterThan(30)
  const names = steps.flatMap((step) => (step.kind === 'file' ? [step.name.split('.').at(-1)] : []))
  expect(new Set(names)).toEqual(new Set(['mjs', 'py']))
})

onEveryEngine('the partner guide', (engine) => {
  it.skipIf(!withShell)(
    'does what it shows, from its first command to its last',
    { timeout: 180_000 },
    async () => {
      const text = await withFreePorts(page)
      const shell = await openTerminal(await startNewsroom(await engine.create('empty')))
      for (const step of stepsOf(text)) {
        if (step.kind === 'file') writeFileSync(join(shell.folder, step.name), step.text)
        else if (withPython || !step.command.includes('python3')) await take(shell, step)
      }
    },
  )

  /** A newsroom with the sample, whose log does not reach back to its beginning any more. */
  async function startNewsroom(url: string): Promise<string> {
    const server = newsweave(['start', '--port', '0', '--database-url', url], {
      env: { ADMIN_KEY: adminKey, OUTBOUND_ALLOW: '127.0.0.1' },
    })
    const [, address = ''] = await server.printed(/ready at (\S+)/)
    await untilQuiet(address)
    const database = engine.connect(url)
    while ((await removeOld(database, { before: new Date(Date.now() + 60_000), followers: [] })) > 0);
    await database.close()
    return address
  }
})

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

async function openTerminal(address: string): Promise<Shell & { folder: string }> {
  const folder = emptyFolder()
  // As `npm install` leaves it, with the sources in place of what is built of them.
  mkdirSync(join(folder, 'node_modules/@newsweave'), { recursive: true })
  symlinkSync(
    new URL('../openapi/client', import.meta.url).pathname,
    join(folder, 'node_modules/@newsweave/client'),
  )
  const env = { NEWS: address, ADMIN: adminKey, NODE_OPTIONS: '--conditions=@newsweave/source' }
  return { ...openShell(folder, env), folder }
}

async function take(shell: Shell, { command, shown, taken }: Command): Promise<void> {
  let printed = await shell.run(command)
  if (!shown) return
  // What was set going a moment ago may not have come yet; a reader would look again.
  for (
    let tries = 0;
    tries < 40 && isHarmless(command) && differencesOf(shown, printed).length > 0;
    tries++
  ) {
    await setTimeout(250)
    printed = await shell.run(command)
  }
  expect(differencesOf(shown, printed), `${command}\n${printed}`).toEqual([])
  for (const { member, variable } of taken) shell.set(variable, memberOf(shown, printed, member))
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
