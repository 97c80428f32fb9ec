import type { Stored } from './payloads.ts'

/** In the browser: a frame for each text, at the number of the text, until all are there or patience is over. */
export async function openFrames({
  batch,
  patienceMs,
}: {
  batch: number[]
  patienceMs: number
}): Promise<void> {
  const { document, setTimeout } = globalThis as unknown as {
    document: Browsing & { createElement(name: string): Touched }
    setTimeout: (work: () => void, ms: number) => void
  }
  const opened = batch.map((index) => {
    const frame = document.createElement('iframe')
    Object.assign(frame, { name: String(index), src: `/${index}` })
    const isThere = new Promise<void>((resolve) => Object.assign(frame, { onload: resolve }))
    document.body.append(frame)
    return isThere
  })
  const isOver = new Promise<void>((resolve) => setTimeout(resolve, patienceMs))
  await Promise.race([Promise.all(opened), isOver])
}

type Click = { target: { closest(selector: string): Touched | null }; preventDefault(): void }
export type Browsing = {
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
  name?: string
}

/** In the browser: the title and summary as text, everything clicked and hovered over, and the text parsed once more and again. */
export function touch({ html, title, summary }: Stored): void {
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
      // What is drawn can be clicked on, too, though it has no method for it.
      if (element.click) element.click()
      else element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
    }
  }
  touchAll()
  const again = document.createElement('div')
  document.body.append(again)
  again.innerHTML = html
  again.innerHTML = String(again.innerHTML)
  touchAll()
}
