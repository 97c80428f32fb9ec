import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type BrowserContext, chromium, type Frame, type Page, type Route } from 'playwright-core'
import type { Stored } from './payloads.ts'
import { type Browsing, openFrames, touch } from './touch.ts'

/** What a text did that a text does not do. */
export type Fired = { index: number; what: string }

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const pagesAtOnce = 2
const framesAtOnce = 12
const patienceMs = 10_000
/** For refreshes, animations and errors of images to come. */
const settleMs = 150
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

/** A browser that finds no host but this machine. */
export const launchChromium = (executablePath: string) =>
  chromium.launch({ executablePath, chromiumSandbox: false, args: flags })

/**
 * Shows each text in a frame of its own, without a content security policy, touches all that is in it, and says what fired. Several
 * frames stand in one page, since a process of the browser for each text would take minutes.
 */
export async function fire(executablePath: string, texts: Stored[]): Promise<Fired[]> {
  const server = createServer((request, response) => {
    const text = texts[indexOf(request.url ?? '') ?? -1]
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(text ? documentOf(text) : '<!doctype html><title>Texts</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await launchChromium(executablePath)
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const context = await browser.newContext()
    const waiting = batches(texts.length).values()
    const fired = new Map<number, Set<string>>()
    const work = async () => {
      let shown = await openPage(context, origin, fired)
      for (const batch of waiting) {
        await showApart(shown, texts, batch)
        if (shown.isStuck) shown = await openPage(context, origin, fired)
      }
    }
    await Promise.all(Array.from({ length: pagesAtOnce }, work))
    return [...fired].map(([index, what]) => ({ index, what: [...what].join(', ') }))
  } finally {
    await browser.close()
    server.close()
  }
}

function batches(count: number): number[][] {
  return Array.from({ length: Math.ceil(count / framesAtOnce) }, (_, at) =>
    Array.from(
      { length: Math.min(framesAtOnce, count - at * framesAtOnce) },
      (_, n) => at * framesAtOnce + n,
    ),
  )
}

/** The text that is at an address, whatever fragment is named there. */
function indexOf(address: string): number | undefined {
  const number = /^(?:http:\/\/127\.0\.0\.1:\d+)?\/(\d+)(?:#.*)?$/.exec(address)?.[1]
  return number === undefined ? undefined : Number(number)
}

function documentOf({ html }: Stored): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A text</title></head><body><h1 id="shown-title"></h1><p id="shown-summary"></p>\n${html}`
}

type Shown = {
  page: Page
  origin: string
  note: (index: number | undefined, what: string) => void
  /** By the first address that each frame of the page was at. */
  frames: Map<Frame, number>
  pictures: { index: number; url: string }[]
  /** What was done by one of the texts that are shown, and it does not show by which. */
  byAnyOf: Set<string>
  /** A dialog or a script keeps it from going on. */
  isStuck: boolean
}

/** Shows texts together, and each alone where something fired of which it does not show whose it is. */
async function showApart(shown: Shown, texts: Stored[], batch: number[]): Promise<void> {
  shown.byAnyOf.clear()
  await show(shown, texts, batch)
  const [only, ...others] = batch
  if (shown.byAnyOf.size === 0 || only === undefined) return
  if (others.length === 0) for (const what of shown.byAnyOf) shown.note(only, what)
  else for (const index of batch) await showApart(shown, texts, [index])
}

async function show(shown: Shown, texts: Stored[], batch: number[]): Promise<void> {
  const { page, frames, pictures, note } = shown
  shown.isStuck = (await patiently(page.goto(shown.origin))) === undefined
  pictures.length = 0
  frames.clear()
  await patiently(page.evaluate(openFrames, { batch, patienceMs }))
  await pause(settleMs)
  // A frame that has gone elsewhere, or is stuck, cannot be touched any more, and has fired already.
  await Promise.all(
    [...frames].map(([frame, index]) => patiently(frame.evaluate(touch, texts[index] as Stored))),
  )
  await pause(settleMs)
  for (const [frame, index] of frames) {
    const asked = pictures.filter((picture) => picture.index === index)
    const ofText = asked.length > 0 ? ((await patiently(picturesOf(frame))) ?? []) : []
    if (asked.some(({ url }) => !ofText.includes(url))) note(index, 'request for a picture')
  }
}

/** What comes of it, unless the browser does not answer: a text may have it wait for ever. */
function patiently<T>(work: Promise<T>): Promise<T | undefined> {
  return Promise.race([work.catch(() => undefined), pause(patienceMs, undefined)])
}

/** A page that notes what the texts in its frames do. */
async function openPage(
  context: BrowserContext,
  origin: string,
  fired: Map<number, Set<string>>,
): Promise<Shown> {
  const page = await context.newPage()
  const byAnyOf = new Set<string>()
  const note = (index: number | undefined, what: string) => {
    if (index === undefined) byAnyOf.add(what)
    else fired.set(index, (fired.get(index) ?? new Set()).add(what))
  }
  const shown: Shown = { page, origin, note, frames: new Map(), pictures: [], byAnyOf, isStuck: false }
  const session = await context.newCDPSession(page)
  // What the browser compiles of the texts: scripts, handlers, addresses. What is evaluated from here has no address.
  for (const event of ['Debugger.scriptParsed', 'Debugger.scriptFailedToParse'] as const)
    session.on(
      event,
      ({ url }) => url !== '' && !url.startsWith('chrome-error:') && note(indexOf(url), 'script'),
    )
  await session.send('Debugger.enable')
  await session.send('Page.enable')
  session.on('Page.javascriptDialogOpening', ({ url }) => note(indexOf(url), 'dialog'))
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined))
  page.on('popup', (popup) => {
    note(undefined, 'window')
    void popup.close().catch(() => undefined)
  })
  page.on('framenavigated', (frame) => {
    const url = frame.url()
    const index = textShownIn(shown.frames, frame)
    const isOwn =
      frame.parentFrame() === page.mainFrame() && (url === 'about:blank' || indexOf(url) === index)
    if (!isOwn && url !== `${origin}/`) note(index, 'navigation')
  })
  await page.route('**/*', (route) => answer(shown, route))
  return shown
}

async function answer({ page, origin, note, frames, pictures }: Shown, route: Route): Promise<void> {
  const request = route.request()
  const [url, frame] = [request.url(), request.frame()]
  const named = indexOf(url)
  const isFirst = frame.parentFrame() === page.mainFrame() && !frames.has(frame)
  if (isFirst && named !== undefined) frames.set(frame, named)
  if (isFirst || url === `${origin}/`) return route.continue()
  const index = textShownIn(frames, frame)
  if (request.isNavigationRequest()) note(index, request.method() === 'POST' ? 'form' : 'navigation')
  else if (/^(?:image|media)$/.test(request.resourceType()) && index !== undefined)
    pictures.push({ index, url })
  else note(index, `request for ${request.resourceType()}`)
  return route.abort()
}

/** The text whose frame this is, or stands in. */
function textShownIn(frames: Shown['frames'], frame: Frame): number | undefined {
  const parent = frame.parentFrame()
  return frames.get(frame) ?? (parent ? textShownIn(frames, parent) : undefined)
}

/** Pictures, sound and films of the text itself, which it may have from anywhere. */
function picturesOf(frame: Frame): Promise<(string | undefined)[]> {
  const pictures = () => {
    const { document } = globalThis as unknown as { document: Browsing }
    const elements = [...document.querySelectorAll('img, audio, video, source')]
    return elements.flatMap(({ src, poster }) => [src, poster])
  }
  return frame.evaluate(pictures).catch(() => [])
}
