import { setTimeout as pause } from 'node:timers/promises'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { launchChromium } from '../../eval/inert/browser.ts'

export type Fired = { url: string; what: string }

const pagesAtOnce = 2
const patienceMs = 10_000
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
  const browser = await launchChromium(executablePath)
  try {
    const context = await browser.newContext({ acceptDownloads: false })
    const fired: Fired[] = []
    const waiting = urls.values()
    const work = async () => {
      for (const url of waiting) {
        const what = await visit(context, url, isOurs)
        if (what.size > 0) fired.push({ url, what: [...what].join(', ') })
      }
    }
    await Promise.all(Array.from({ length: pagesAtOnce }, work))
    return fired
  } finally {
    await browser.close()
  }
}

async function visit(
  context: BrowserContext,
  url: string,
  isOurs: (script: string) => boolean,
): Promise<Set<string>> {
  const what = new Set<string>()
  const page = await context.newPage()
  try {
    const session = await context.newCDPSession(page)
    await watchScripts(session, (script) => !isOurs(script) && what.add('script'))
    await watchPage(page, url, what)
    // What is no page of a browser is downloaded, and shown to nobody.
    await patiently(page.goto(url).catch(() => undefined))
    await pause(settleMs)
    await patiently(page.evaluate(moveOver))
    await pause(settleMs)
    return what
  } finally {
    await patiently(page.close())
  }
}

async function watchScripts(session: CDPSession, note: (url: string) => void): Promise<void> {
  for (const event of ['Debugger.scriptParsed', 'Debugger.scriptFailedToParse'] as const)
    session.on(
      event,
      ({ url }) => url !== '' && !/^(?:chrome|chrome-error|chrome-extension):/.test(url) && note(url),
    )
  await session.send('Debugger.enable')
}

async function watchPage(page: Page, url: string, what: Set<string>): Promise<void> {
  const { origin } = new URL(url)
  const isSame = (other: string) => other.split('#')[0] === url.split('#')[0]
  page.on('dialog', (dialog) => {
    what.add('dialog')
    void dialog.dismiss().catch(() => undefined)
  })
  page.on('popup', () => what.add('window'))
  page.on('framenavigated', (frame) => {
    const isBlank = /^(?:about:blank|chrome-error:)/.test(frame.url())
    if (!isBlank && !isSame(frame.url())) what.add(`navigation`)
  })
  await page.route('**/*', (route) => {
    const request = route.request()
    if (new URL(request.url()).origin === origin) return route.continue()
    what.add(`request for ${request.resourceType()}`)
    return route.abort()
  })
}

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
