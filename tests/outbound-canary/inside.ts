// Runs in a network namespace of its own, which run.ts makes: in any other it would take the network from everybody.
import { recordFigure } from '../support/figures.ts'
import { startDns } from './dns.ts'
import { fewForms, forms } from './forms.ts'
import { judgeGuarded, judgeNaive, judgeOpen, type Ran } from './judging.ts'
import { ownTheNetwork } from './namespace.ts'
import { type Mode, type Newsroom, startNewsroom } from './newsroom.ts'
import { cellsOf, type Path, type World } from './path.ts'
import { answerPaths } from './paths/answers.ts'
import { commandPaths } from './paths/commands.ts'
import { feedPaths } from './paths/feeds.ts'
import { hubPaths } from './paths/hubs.ts'
import { webhookPaths } from './paths/webhooks.ts'
import { startWeb } from './web.ts'
import { insideAddress, namesOfTests, publicAddress } from './zone.ts'

const isOfPages = ({ key }: Path) => key === 'item' || key === 'page'
/** Side by side, but for those that would wait for one another at the hosts that many forms lead to. */
const stages: Path[][] = [
  answerPaths,
  ...webhookPaths.map((path) => [path]),
  feedPaths.filter((path) => !isOfPages(path)),
  ...feedPaths.filter(isOfPages).map((path) => [path]),
  [...hubPaths, ...commandPaths],
]
const judges = { guarded: judgeGuarded, open: judgeOpen, naive: judgeNaive }
/** Of what the program printed, where a way breaks off. */
const logShown = 4000
const only = process.argv.slice(2)
const paths = stages.flat().filter(({ key }) => only.length === 0 || only.includes(key))

ownTheNetwork([insideAddress, publicAddress])
const world: World = { web: await startWeb(), names: { moved: new Set(), looks: new Map() } }
await startDns(namesOfTests(world.names))

const guarded = await runAll('guarded')
const open = await runAll('open')
const naive = await runAll('naive')
const faults = [guarded, open, naive].flatMap((ran) => ran.faults)
if (faults.length === 0 && only.length === 0)
  recordFigure('Requests to the outside', {
    promise: 'Requests to the outside never reach an address that is not public',
    figure: `0 connections at the canary from ${guarded.cells} addresses in ${paths.length} ways (${forms.length} forms each, a public one among them that was reached on all that ask), ${guarded.told} refusals told; without the guard ${open.leaked} of them were reached, and with a check beforehand ${naive.leaked} of ${naive.cells}`,
    command: 'npm run test:outbound',
  })
process.exit(faults.length > 0 ? 1 : 0)

/** Has the program ask for every form of address in every way, and judges what came of it. */
async function runAll(mode: Mode): Promise<Ran> {
  const { web, names } = world
  names.moved.clear()
  names.looks.clear()
  web.hits.length = 0
  web.visits.length = 0
  const newsroom = await startNewsroom(mode)
  const ran: Ran = { faults: [], cells: 0, told: 0, leaked: 0 }
  for (const stage of stages)
    await Promise.all(
      stage.filter((path) => paths.includes(path)).map((path) => runPath(newsroom, path, ran)),
    )
  if (mode === 'guarded')
    ran.faults.push(...web.hits.map((hit) => `the canary was reached: ${JSON.stringify(hit)}`))
  console.log(
    `${mode}: ${ran.cells} addresses in ${paths.length} ways, ${web.hits.length} requests at the canary, ${ran.told} refusals told`,
  )
  await newsroom.stop()
  return ran
}

async function runPath(newsroom: Newsroom, path: Path, ran: Ran): Promise<void> {
  const { mode } = newsroom
  // The other controls show all forms.
  const isFew = mode === 'naive' && path.forms === forms
  const cells = cellsOf(path, stages.flat().indexOf(path) + 1, isFew ? fewForms : path.forms)
  const began = performance.now()
  const found = await path.ask(newsroom, cells, world).then(
    (told) => judges[mode]({ world, path, cells, told, ran }),
    (error) => [`it broke off: ${error.stack}\n${newsroom.log().slice(-logShown)}`],
  )
  ran.cells += cells.length
  ran.faults.push(...found)
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`${found.length > 0 ? 'FAILED' : 'holds '}  ${mode}, ${path.name} (${seconds} s)`)
  for (const fault of found) console.log(`        ${fault}`)
}
