import { readFile, rename, writeFile } from 'node:fs/promises'
import { createNewsweave } from '@newsweave/client'

// Keeps a copy of every article in a file: all of them once, and from then on what changes. Stop it and start it as you like.
const { NEWSWEAVE_URL = 'http://127.0.0.1:3000', NEWSWEAVE_KEY: key, MIRROR = 'mirror.json' } = process.env
const news = createNewsweave({ baseUrl: NEWSWEAVE_URL, ...(key && { key }) })

type Mirror = { position?: number; articles: Record<string, { title?: string }> }
const mirror: Mirror = JSON.parse(await readFile(MIRROR, 'utf8').catch(() => '{"articles":{}}'))

async function save() {
  await writeFile(`${MIRROR}.new`, JSON.stringify(mirror))
  await rename(`${MIRROR}.new`, MIRROR)
}

/** Withdrawn and deleted articles answer 410, and drafts are shown to whoever has a key: none of them stays. */
async function readAgain(id: string) {
  const { data, error, response } = await news.GET('/v1/articles/{id}', { params: { path: { id } } })
  if (data?.state === 'published') mirror.articles[id] = data
  else if (data || response.status === 404 || response.status === 410) delete mirror.articles[id]
  else throw new Error(`Article ${id} cannot be read: ${error?.detail}`)
}

const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
const options = { ...(mirror.position !== undefined && { after: mirror.position }), signal: stopping.signal }

for await (const event of news.sync(options)) {
  if (event.type === 'begin') mirror.articles = {}
  if (event.type === 'article') mirror.articles[event.article.id] = event.article
  if (event.type === 'change' && event.change.resource.type === 'article') {
    await readAgain(event.change.resource.id)
  }
  if (event.type === 'position') {
    mirror.position = event.position
    await save()
    console.log(`${Object.keys(mirror.articles).length} articles at position ${event.position}`)
  }
}
