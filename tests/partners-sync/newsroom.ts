import { type Random, word, words } from './random.ts'

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers.
type Body = any
type Answer = { status: number; body: Body }

/** What the writer knows of the newsroom: what it made itself, which others of its hands may have changed since. */
export type Desk = {
  random: Random
  send(method: string, path: string, body?: unknown): Promise<Answer>
  articles: string[]
  tags: string[]
  sources: string[]
  stories: string[]
  links: { articleId: string; id: string }[]
  /** Texts that were published, for those who republish them. */
  texts: { title: string; text: string }[]
  /** What is told of by several. */
  events: string[][]
  /** Addresses of originals that are still to come. */
  awaited: string[]
  /** Whatever is new has a number of its own. */
  count: number
}

export const deskOf = (random: Random, send: Desk['send']): Desk => ({
  random,
  send,
  articles: [],
  tags: [],
  sources: [],
  stories: [],
  links: [],
  texts: [],
  events: [],
  awaited: [],
  count: 0,
})

const dayMs = 24 * 60 * 60 * 1000

/** A text of an event that is in the news, of one of its own, or of another outlet. */
function textOf({ random, texts, events }: Desk): { title: string; text: string } {
  const kind = random.weighted({ own: 5, event: 4, copied: 2 })
  const copied = random.one(texts)
  if (kind === 'copied' && copied) return copied
  if (events.length === 0 || random.next() < 0.15) events.push(Array.from({ length: 24 }, () => word(random)))
  const event = kind === 'event' ? random.one(events.slice(-8)) : undefined
  const from = event ? () => random.one(event) ?? '' : () => word(random)
  const sentence = (count: number) => Array.from({ length: count }, from).join(' ')
  const made = { title: sentence(6), text: Array.from({ length: 5 }, () => `${sentence(14)}.`).join('\n\n') }
  texts.push(made)
  if (texts.length > 200) texts.shift()
  return made
}

function newArticle(desk: Desk): Record<string, unknown> {
  const { random } = desk
  const { title, text } = textOf(desk)
  const own = `https://outlet.example/${++desk.count}`
  const url = random.next() < 0.5 ? (desk.awaited.pop() ?? own) : own
  const awaited = random.next() < 0.06 ? `https://original.example/${desk.count}` : undefined
  if (awaited) desk.awaited.push(awaited)
  return {
    url,
    title,
    publishedAt: new Date(Date.now() - random.below(6 * dayMs)).toISOString(),
    tags: random.some(desk.tags, random.below(4)),
    body: random.next() < 0.5 ? { text } : { html: `<h2>${word(random)}</h2><p>${text}</p>` },
    language: 'en',
    ...(random.next() < 0.3 && { authors: [{ name: words(random, 2) }] }),
    ...(awaited && { translationOf: { url: awaited } }),
    ...(random.next() < 0.05 && { state: 'draft' }),
  }
}

export async function createArticle(desk: Desk): Promise<Answer> {
  const { random } = desk
  const sourceId = random.one(desk.sources)
  const article = newArticle(desk)
  const isPushed = random.next() < 0.15
  const answer = isPushed
    ? await desk.send('PUT', `/v1/sources/${sourceId}/articles/item-${desk.count}`, article)
    : await desk.send('POST', '/v1/articles', { sourceId, ...article })
  if (answer.status === 201) desk.articles.push(answer.body.id)
  return answer
}

export async function reviseArticle(desk: Desk): Promise<Answer> {
  const { random } = desk
  const patch = {
    title: { title: words(random, 6) },
    body: { body: { text: words(random, 60) } },
    copied: textPatch(desk),
    tags: { tags: random.some(desk.tags, random.below(4)) },
    summary: { summary: words(random, 12) },
    time: { publishedAt: new Date(Date.now() - random.below(6 * dayMs)).toISOString() },
    address: { url: `https://outlet.example/moved/${++desk.count}` },
    publish: { state: 'published' },
  }[random.weighted({ title: 6, body: 4, copied: 2, tags: 6, summary: 2, time: 1, address: 1, publish: 1 })]
  return desk.send('PATCH', `/v1/articles/${random.one(desk.articles)}`, patch)
}

function textPatch({ random, texts }: Desk) {
  const copied = random.one(texts)
  return copied ? { title: copied.title, body: { text: copied.text } } : { title: words(random, 5) }
}

/** The first sources and tags, so that there is something to write about. */
export async function openNewsroom(desk: Desk): Promise<void> {
  for (let made = 0; made < 6; made++) await createSource(desk)
  for (let made = 0; made < 14; made++) await createTag(desk)
}

export async function createSource(desk: Desk): Promise<Answer> {
  const { random } = desk
  const name = words(random, 2)
  const attributionTemplate = random.next() < 0.5 ? '{author}, {source}: {url}' : null
  const homeUrl = `https://outlet-${++desk.count}.example/`
  const answer = await desk.send('POST', '/v1/sources', { name, homeUrl, attributionTemplate })
  if (answer.status === 201) desk.sources.push(answer.body.id)
  return answer
}

export async function createTag(desk: Desk): Promise<Answer> {
  const { random } = desk
  const slug = `${word(random)}-${++desk.count}`
  const parent = random.next() < 0.4 ? random.one(desk.tags) : undefined
  const aliases = random.next() < 0.3 ? [`alias-${desk.count}`] : []
  const answer = await desk.send('POST', '/v1/tags', {
    slug,
    name: words(random, 2),
    aliases,
    ...(parent && { parent }),
  })
  if (answer.status === 201) desk.tags.push(slug)
  return answer
}
