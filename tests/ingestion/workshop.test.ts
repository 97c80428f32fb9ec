import { afterEach, describe, expect, it } from 'vitest'
import { createWorkshop, type Workshop } from '../../src/ingestion/workshop.ts'
import { Abandoned } from '../../src/shared/abandoned.ts'
import type { WorkshopOptions } from '../../src/shared/workshop.ts'

const workshops: Workshop[] = []
const frame = {
  url: 'https://lighthouse.example/harbour',
  contentType: 'text/html; charset=utf-8',
  zone: null,
  now: new Date('2026-11-23T12:00:00Z'),
}
const sentence = 'The harbour office, which had been closed for years, opened its doors again on Monday. '
const article = `<title>Harbour opens</title><article><h1>Harbour opens</h1>${`<p>${sentence.repeat(4)}</p>`.repeat(4)}</article>`
/** Within all bounds, and seconds of work: many elements, each with much text to look through. */
const heavy = `<title>Heavy</title><article>${`<div><p>${sentence}<b>${sentence}</b></p></div>`.repeat(16_000)}</article>`

function open(options: Partial<WorkshopOptions> = {}): Workshop {
  const workshop = createWorkshop({ size: 1, timeoutMs: 20_000, maxMemoryMb: 512, ...options })
  workshops.push(workshop)
  return workshop
}

afterEach(async () => {
  await Promise.all(workshops.splice(0).map((workshop) => workshop.close()))
})

describe('the workshop', () => {
  it('runs tasks in threads, one after the other where there are more tasks than threads', async () => {
    const workshop = open({ size: 2 })
    const titles = ['One', 'Two', 'Three', 'Four', 'Five']
    const pages = await Promise.all(
      titles.map((title) =>
        workshop.run('extractPage', {
          ...frame,
          bytes: Buffer.from(article.replaceAll('Harbour opens', `${title} opens`)),
        }),
      ),
    )
    expect(pages.map((page) => page.title)).toEqual(titles.map((title) => `${title} opens`))
  })

  it('kills a task that takes too long, and does the next one', async () => {
    const workshop = open({ timeoutMs: 1000 })
    const slow = workshop.run('extractPage', { ...frame, bytes: Buffer.from(heavy) })
    const next = workshop.run('extractPage', { ...frame, bytes: Buffer.from('<title>Short</title>') })
    await expect(slow).rejects.toMatchObject({
      name: 'WorkshopError',
      task: 'extractPage',
      reason: 'timeout',
      message: 'extractPage: It took more than 1000 ms.',
    })
    expect((await next).title).toBe('Short')
  })

  it('kills a task that takes too much memory, and does the next one', async () => {
    const workshop = open({ maxMemoryMb: 40 })
    const hog = workshop.run('extractPage', { ...frame, bytes: Buffer.from(heavy) })
    const next = workshop.run('extractPage', { ...frame, bytes: Buffer.from(article) })
    await expect(hog).rejects.toMatchObject({ task: 'extractPage', reason: 'memory' })
    expect((await next).title).toBe('Harbour opens')
  })

  it('says what a task threw', async () => {
    const failing = open().run('extractPage', { ...frame, bytes: Buffer.from(article), url: 'no address' })
    await expect(failing).rejects.toMatchObject({ reason: 'failed', cause: { name: 'TypeError' } })
  })

  it('rejects what runs and what waits when it is closed, and what comes later', async () => {
    const workshop = open()
    const [running, waiting] = [heavy, article].map((html) =>
      workshop.run('extractPage', { ...frame, bytes: Buffer.from(html) }),
    )
    const settled = Promise.allSettled([running, waiting])
    await workshop.close()
    const later = workshop.run('extractPage', { ...frame, bytes: Buffer.from(article) })
    for (const result of [...(await settled), ...(await Promise.allSettled([later]))])
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'Abandoned' } })
    await expect(later).rejects.toBeInstanceOf(Abandoned)
  })
})
