import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { launchChromium } from '../../eval/inert/browser.ts'

export type Fired = { url: string; what: string }

const pagesAtOnce = 2
const patienceMs = 10_000
const toldEvery = 50
/** For refreshes, animations and errors of images to come. */
const settleMs = 150

/**
 * Opens each address as a reader would who follows a link there, moves over all that is shown, and says what fired: a script that is
 * no file of ours, a dialog, a window, a request to elsewhere, or that the page went elsewhere by itself.
 */
export async function visitAll(
  executablePath: string,
  urls: string[],
  isOurs: (script: string) => boolean,
): Promise<Fired[]> {
  const fired: Fired[] = []
  const waiting = urls.values()
  let done = 0
  const work = async () => {
    let visitor = await openVisitor(executablePath, isOurs)
    for (const url of waiting) {
      const what = await visit(visitor, url)
      if (++done % toldEvery === 0) console.log(`        ${done} of ${urls.length} addresses`)
      if (what.size === 0) continue
      fired.push({ url, what: [...what].join(', ') })
      // What fired may go on, and take the browser with it.
      await patiently(visitor.close())
      visitor = await openVisitor(executablePath, isOurs)
    }
    await patiently(visitor.close())
  }
  await Promise.all(Array.from({ length: pagesAtOnce }, work))
  return fired
}

/** A page of a browser of its own, where it was sent, and what fired there. */
type Visitor = { page: Page; url: string; what: Set<string>; close(): Promise<void> }

async function visit(visitor: Visitor, url: string): Promise<Set<string>> {
  const { page } = visitor
  // Between two addresses that differ in their fragments nothing would be loaded.
  await patiently(page.goto('about:blank'))
  visitor.url = url
  visitor.what = new Set()
  // What is no page of a browser is downloaded, and shown to nobody.
  await patiently(page.goto(url))
  await pause(settleMs)
  await patiently(page.evaluate(moveOver))
  await pause(settleMs)
  return visitor.what
}

async function openVisitor(executablePath: string, isOurs: (script: string) => boolean): Promise<Visitor> {
  const browser = await launchChromium(executablePath)
  const context = await browser.newContext({ acceptDownloads: false })
  const page = await context.newPage()
  const visitor: Visitor = { page, url: '', what: new Set(), close: () => browser.close() }
  const session = await context.newCDPSession(page)
  for (const event of ['Debugger.scriptParsed', 'Debugger.scriptFailedToParse'] as const)
    session.on(event, ({ url }) => {
      const isOfBrowser = url === '' || /^(?:chrome|chrome-error|chrome-extension):/.test(url)
      if (!isOfBrowser && !isOurs(url)) visitor.what.add('script')
    })
  await session.send('Debugger.enable')
  page.on('dialog', (dialog) => {
    visitor.what.add('dialog')
    void dialog.dismiss().catch(() => undefined)
  })
  page.on('popup', () => visitor.what.add('window'))
  page.on('framenavigated', (frame) => {
    // A frame with a document of its own text goes nowhere; what it runs is heard of as a script.
    const isBlank = /^(?:about:(?:blank|srcdoc)$|chrome-error:)/.test(frame.url())
    if (!isBlank && withoutFragment(frame.url()) !== withoutFragment(visitor.url))
      visitor.what.add(`navigation to ${frame.url()}`)
  })
  await page.route('**/*', (route) => {
    const request = route.request()
    if (new URL(request.url()).origin === new URL(visitor.url).origin) return route.continue()
    visitor.what.add(`request for ${request.resourceType()}`)
    return route.abort()
  })
  return visitor
}

const withoutFragment = (url: string) => new URL(url).href.split('#')[0]

const patiently = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work.catch(() => undefined), pause(patienceMs, undefined)])

/** In the browser. */
function moveOver(): void {
  const { document, MouseEvent } = globalThis as unknown as {
    document: { querySelectorAll(selector: string): Iterable<{ dispatchEvent(event: unknown): void }> }
    MouseEvent: new (name: string, options: object) => unknown
  }
  for (const element of document.querySelectorAll('*'))
    for (const name of ['pointerover', 'mouseover', 'mousemove', 'focus', 'animationstart'])
      element.dispatchEvent(new MouseEvent(name, { bubbles: true }))
}
