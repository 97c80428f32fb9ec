import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Stored } from './payloads.ts'

/** What a page did that a text does not do. */
export type Fired = { index: number; what: string }

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const pagesAtOnce = 2
const patienceMs = 5000
/** For refreshes, animations and errors of images to come. */
const settleMs = 60
const flags = [
  '--disable-gpu',
  '--disable-background-networking',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

export function findChromium(): string | undefined {
  return [process.env.NEWSWEAVE_CHROMIUM ?? '', ...usualPlaces].find(
    (path) => path !== '' && existsSync(path),
  )
}

/** Shows each text in a page of its own, without a content security policy, touches all that is in it, and says what fired. */
export async function fire(executablePath: string, texts: Stored[]): Promise<Fired[]> {
  const server = createServer((request, response) => {
    const text = texts[Number(/^\/(\d+)$/.exec(request.url ?? '')?.[1] ?? -1)]
    response.writeHead(text ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' })
    response.end(text && documentOf(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: flags })
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const context = await browser.newContext()
    const waiting = texts.keys()
    const fired: Fired[] = []
    const work = async () => {
      const shown = await openPage(context)
      for (const index of waiting) {
        const what = await whatFires(shown, `${origin}/${index}`, texts[index] as Stored)
        if (what.size > 0) fired.push({ index, what: [...what].join(', ') })
      }
    }
    await Promise.all(Array.from({ length: pagesAtOnce }, work))
    return fired
  } finally {
    await browser.close()
    server.close()
  }
}

function documentOf({ html }: Stored): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A text</title></head><body><h1 id="shown-title"></h1><p id="shown-summary"></p>\n${html}`
}

type Shown = { page: Page; address: string; what: Set<string>; pictures: string[] }

async function whatFires(shown: Shown, address: string, text: Stored): Promise<Set<string>> {
  const { page } = shown
  const what = new Set<string>()
  // What a text does late is its own: the next one begins when this page is gone.
  await page.goto('about:blank').catch(() => undefined)
  Object.assign(shown, { address, what, pictures: [] })
  await page.goto(address, { waitUntil: 'domcontentloaded', timeout: patienceMs }).catch(() => undefined)
  await page.waitForTimeout(settleMs)
  // A page that has gone elsewhere cannot be touched any more, and has fired already.
  await page.evaluate(touch, text).catch(() => undefined)
  await page.waitForTimeout(settleMs)
  shown.address = ''
  const ofText = shown.pictures.length > 0 ? await picturesOf(page) : []
  if (shown.pictures.some((url) => !ofText.includes(url))) what.add('request for a picture')
  return what
}

/** A page that notes what happens in it while it is at the address of a text. */
async function openPage(context: BrowserContext): Promise<Shown> {
  const page = await context.newPage()
  const shown: Shown = { page, address: '', what: new Set(), pictures: [] }
  const note = (what: string) => shown.address && shown.what.add(what)
  const session = await context.newCDPSession(page)
  // What the browser compiles of the page itself: scripts, handlers, addresses. What is evaluated from here has no address.
  for (const event of ['Debugger.scriptParsed', 'Debugger.scriptFailedToParse'] as const)
    session.on(event, ({ url }) => url !== '' && !url.startsWith('chrome-error:') && note('script'))
  await session.send('Debugger.enable')
  page.on('dialog', (dialog) => {
    note('dialog')
    void dialog.dismiss().catch(() => undefined)
  })
  page.on('popup', (popup) => {
    note('window')
    void popup.close().catch(() => undefined)
  })
  page.on('framenavigated', (frame) => {
    const isText = [shown.address, `${shown.address}#`, 'about:blank'].includes(frame.url())
    if (!isText || frame.parentFrame()) note('navigation')
  })
  await page.route('**/*', async (route) => {
    const request = route.request()
    if (request.url() === shown.address) return route.continue()
    if (request.isNavigationRequest()) note(request.method() === 'POST' ? 'form' : 'navigation')
    else if (/^(?:image|media)$/.test(request.resourceType())) shown.pictures.push(request.url())
    else note(`request for ${request.resourceType()}`)
    return route.abort()
  })
  return shown
}

/** Pictures, sound and films of the text itself, which it may have from anywhere. */
function picturesOf(page: Page): Promise<(string | undefined)[]> {
  const pictures = () => {
    const { document } = globalThis as unknown as { document: Browsing }
    const elements = [...document.querySelectorAll('img, audio, video, source')]
    return elements.flatMap(({ src, poster }) => [src, poster])
  }
  return page.evaluate(pictures).catch(() => [])
}

type Click = { target: { closest(selector: string): Touched | null }; preventDefault(): void }
type Browsing = {
  addEventListener(name: string, listener: (event: Click) => void, capture: boolean): void
  querySelectorAll(selector: string): Iterable<Touched>
  body: Touched
  getElementById(id: string): Touched | null
}
type Touched = {
  src?: string
  poster?: string
  protocol?: string
  innerHTML: string
  textContent: string
  dispatchEvent(event: unknown): void
  click?(): void
  append(other: Touched): void
}

/** In the browser: the title and summary as text, everything clicked and hovered over, and the text parsed once more and again. */
function touch({ html, title, summary }: Stored): void {
  const { document, MouseEvent } = globalThis as unknown as {
    document: Browsing & { createElement(name: string): Touched }
    MouseEvent: new (name: string, options: object) => unknown
  }
  const show = (id: string, text: string) => {
    const element = document.getElementById(id)
    if (element) element.textContent = text
  }
  show('shown-title', title)
  show('shown-summary', summary)
  // Links to pages are there to be followed, also by who clicks on a picture in one.
  const stay = (event: Click) => {
    const link = event.target.closest('a[href], area[href]')
    if (/^(?:https?|mailto):$/.test(link?.protocol ?? '')) event.preventDefault()
  }
  document.addEventListener('click', stay, true)
  const touchAll = () => {
    for (const element of document.querySelectorAll('body *')) {
      for (const name of ['pointerover', 'mouseover', 'mousemove', 'focus', 'animationstart'])
        element.dispatchEvent(new MouseEvent(name, { bubbles: true }))
      element.click?.()
    }
  }
  touchAll()
  const again = document.createElement('div')
  document.body.append(again)
  again.innerHTML = html
  again.innerHTML = String(again.innerHTML)
  touchAll()
}
