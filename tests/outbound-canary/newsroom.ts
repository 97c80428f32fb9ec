import { type Asked, runStandalone, type Standalone, startStandalone } from '../support/standalone.ts'

const naive = new URL('./controls/look-before.ts', import.meta.url).href
/** Where hubs think that the program is. Nothing is asked for there. */
export const publicUrl = 'http://public-newsroom.example'

/**
 * `guarded` is the program as it is. `open` may reach every address (OUTBOUND_ALLOW), which shows what would be reached; `naive`
 * looks a host up and checks it before it asks, which is not enough.
 */
export type Mode = 'guarded' | 'open' | 'naive'
export type Newsroom = Standalone & { mode: Mode }

const settingsOf = (mode: Mode) => ({
  env: { PUBLIC_URL: publicUrl, ...(mode === 'open' && { OUTBOUND_ALLOW: '0.0.0.0/0,::/0' }) },
  imports: mode === 'naive' ? [naive] : [],
})

export const run = (mode: Mode, args: string[]) => runStandalone(args, settingsOf(mode))

export async function startNewsroom(mode: Mode, more: Record<string, string> = {}): Promise<Newsroom> {
  const { env, imports } = settingsOf(mode)
  return { ...(await startStandalone({ env: { ...env, ...more }, imports })), mode }
}

/** Publishes an article, with an address that nothing asks for. */
export async function publish({ ask }: Newsroom, id: string, more: object = {}): Promise<void> {
  const homeUrl = 'http://public-home.example/'
  const source = await made(ask('POST', '/v1/sources', { name: `Herons of ${id}`, homeUrl }))
  const article = {
    sourceId: source.id,
    url: `${homeUrl}${id}/${Date.now()}`,
    title: `A heron of ${id}`,
    publishedAt: new Date().toISOString(),
    body: { text: 'It left in the morning.' },
  }
  await made(ask('POST', '/v1/articles', { ...article, ...more }))
}

/** What was made. Throws where nothing was: then nothing of what follows would show anything. */
export async function made(asking: Promise<Asked>): Promise<Asked['body']> {
  const { status, text, body } = await asking
  if (status !== 201) throw new Error(`Nothing was made: ${text}`)
  return body
}

/** Works on all, so many at a time, and answers by what they are called. */
export async function each<Item extends { id: string }>(
  items: Item[],
  atOnce: number,
  work: (item: Item) => Promise<string>,
): Promise<Map<string, string>> {
  const results = new Map<string, string>()
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) results.set(item.id, await work(item))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
