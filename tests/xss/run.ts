// Shows that stored HTML does nothing but be read: what the API, the feeds and the pages of the program send is shown in Chromium, and
// so are the same texts without what makes them harmless, without which the first would say nothing.
import { existsSync } from 'node:fs'
import { sharedFolder } from '../../eval/data.ts'
import { findChromium, fire } from '../../eval/inert/browser.ts'
import { payloads } from '../../eval/inert/payloads.ts'
import { vectors } from '../../eval/inert/vectors.ts'
import { recordFigure } from '../support/figures.ts'
import { helpIfAsked } from '../support/help.ts'
import { startStandalone } from '../support/standalone.ts'
import { addressesOf, unprotected } from './documents.ts'
import { textsOfFeeds } from './feeds.ts'
import { fillNewsroom, textsOfApi } from './newsroom.ts'
import { visitAll } from './visiting.ts'

/** Some vectors are of browsers that are gone; fewer than this, and the page does not notice what fires. */
const mostFire = 0.6
/** In each of the runs so far 58 of 60 did. */
const nearlyAll = 0.9
const command = 'npm run test:xss'
const heading = 'Stored HTML in a browser'

helpIfAsked(`npm run test:xss

Shows what the API, the feeds and the pages of the program send in Chromium, beside the same without what makes it harmless, and writes
what came of it into docs/reliability.md. Takes some minutes, and wants Chromium (apt-get install chromium, or NEWSWEAVE_CHROMIUM).`)

const found = findChromium()
if (!found) {
  console.error(
    'This proof needs Chromium: install it (Debian: apt-get install chromium), or name it in NEWSWEAVE_CHROMIUM.',
  )
  process.exit(1)
}
const chromium: string = found
let failed = 0

const vectorsOnly = !existsSync(sharedFolder)
if (vectorsOnly) {
  console.log(
    `There is no ${sharedFolder} with texts of other readers: only our own vectors are shown, and no figure is written.`,
  )
  delete process.env.RECORD_FIGURES
}
const all = payloads({ vectorsOnly })
const newsroom = await startStandalone()
const taken = await fillNewsroom(newsroom, all)
const api = await textsOfApi(newsroom)
const feeds = await textsOfFeeds(newsroom)
const control = await fire(
  chromium,
  [...new Set(all.map(({ raw }) => raw))].map((html) => ({ html, title: '', summary: '' })),
)
const enough = Math.ceil(vectors.length * mostFire)
show(
  control.length >= enough,
  `unsanitised, ${control.length} of the texts fired; fewer than ${enough} would show nothing`,
)

const firedOfApi = await firedTexts('the API', api)
const firedOfFeeds = await firedTexts('feeds', feeds)
if (firedOfApi + firedOfFeeds === 0)
  recordFigure(heading, {
    promise:
      'What is stored does nothing in a browser, whether a page shows it by the API or a reader by a feed',
    figure: `0 of ${api.length} texts by the API and of ${feeds.length} items of feeds (RSS, Atom and JSON Feed) fired, of ${taken} articles made of ${vectors.length} vectors of ours and of what tests of other readers have; unsanitised ${control.length} of ${new Set(all.map(({ raw }) => raw)).size} fired`,
    command,
  })

const addresses = await addressesOf(newsroom)
const isOurs = (script: string) => script.startsWith(`${newsroom.address}/docs/static/`)
const opened = await visitAll(chromium, addresses, isOurs)
for (const { url, what } of opened) console.log(`  ${what}: ${url}`)
show(opened.length === 0, `${opened.length} of ${addresses.length} addresses of the program fired`)
const copies = await unprotected(addresses)
const plain = await visitAll(chromium, copies.plain, () => false)
show(
  plain.length > 0 && plain.length >= copies.plain.length * nearlyAll,
  `without escapes and policy ${plain.length} of ${copies.plain.length} did`,
)
const guarded = await visitAll(chromium, copies.withPolicy, () => false)
for (const { url, what } of guarded) console.log(`  ${what}: ${url}`)
show(
  guarded.length === 0 && copies.withPolicy.length > 0,
  `without escapes, but with the policy as served, ${guarded.length} of ${copies.withPolicy.length} did`,
)
copies.close()
if (failed === 0)
  recordFigure(heading, {
    promise:
      'No document of the program does anything in a browser that its text was to do, as it is served and whatever its address says',
    figure: `0 of ${addresses.length} addresses fired (lists, articles, feeds, OPML, /docs, /problems and answers to bad requests); the same without escapes and policy: ${plain.length} of the ${copies.plain.length} that have such texts, and with the policy as served ${guarded.length} of ${copies.withPolicy.length}`,
    command,
  })
await newsroom.stop()
process.exit(failed > 0 ? 1 : 0)

function show(holds: boolean, what: string): void {
  console.log(`${holds ? 'holds ' : 'FAILED'}  ${what}`)
  if (!holds) failed++
}

async function firedTexts(where: string, texts: typeof api): Promise<number> {
  const fired = await fire(chromium, texts)
  for (const { index, what } of fired) console.log(`  ${what}: ${JSON.stringify(texts[index]).slice(0, 400)}`)
  show(texts.length > 0 && fired.length === 0, `${fired.length} of ${texts.length} texts by ${where} fired`)
  return fired.length
}
