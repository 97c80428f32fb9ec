import { createArticle, createSource, createTag, type Desk, reviseArticle } from './newsroom.ts'
import { word, words } from './random.ts'

type Operation = (desk: Desk) => Promise<{ status: number; body: unknown }>

const anArticle = ({ articles, random }: Desk) => `/v1/articles/${random.one(articles)}`
const aTag = ({ tags, random }: Desk) => `/v1/tags/${random.one(tags)}`
const aStory = ({ stories, random }: Desk) => `/v1/stories/${random.one(stories)}`
const forget = <Item>(items: Item[], item: Item | undefined) => {
  if (item !== undefined && items.includes(item)) items.splice(items.indexOf(item), 1)
}

const ofArticles = {
  createArticle: [38, createArticle],
  reviseArticle: [22, reviseArticle],
  withdrawArticle: [
    6,
    (desk) => desk.send('PUT', `${anArticle(desk)}/withdrawal`, { reason: words(desk.random, 3) }),
  ],
  restoreArticle: [5, restoreArticle],
  deleteArticle: [4, deleteArticle],
  tagArticle: [3, (desk) => desk.send('PUT', `${anArticle(desk)}/tags/${desk.random.one(desk.tags)}`)],
  untagArticle: [3, (desk) => desk.send('DELETE', `${anArticle(desk)}/tags/${desk.random.one(desk.tags)}`)],
} satisfies Record<string, [number, Operation]>

const ofTags = {
  createTag: [1, createTag],
  renameTag: [1, (desk) => desk.send('PATCH', aTag(desk), { name: words(desk.random, 2) })],
  moveSlug: [0.8, moveSlug],
  clearAliases: [0.8, (desk) => desk.send('PATCH', aTag(desk), { aliases: [] })],
  moveTag: [0.8, (desk) => desk.send('PATCH', aTag(desk), { parent: desk.random.one([null, ...desk.tags]) })],
  mergeTags: [0.6, mergeTags],
  deleteTag: [0.3, deleteTag],
} satisfies Record<string, [number, Operation]>

const ofStories = {
  makeStory: [2.5, makeStory],
  nameStory: [
    1,
    (desk) => desk.send('PATCH', aStory(desk), { title: desk.random.one([null, words(desk.random, 4)]) }),
  ],
  mergeStories: [
    1.5,
    (desk) => desk.send('PUT', `${aStory(desk)}/merge`, { into: desk.random.one(desk.stories) }),
  ],
  moveIn: [2, (desk) => desk.send('PUT', `${aStory(desk)}/articles/${desk.random.one(desk.articles)}`)],
  moveOut: [1, moveOut],
} satisfies Record<string, [number, Operation]>

const ofTheRest = {
  createSource: [0.2, createSource],
  changeSource: [0.4, changeSource],
  deleteSource: [0.2, deleteSource],
  addLink: [3, addLink],
  changeLink: [1, changeLink],
  refuseDuplicate: [1, refuseDuplicate],
} satisfies Record<string, [number, Operation]>

const operations = { ...ofArticles, ...ofTags, ...ofStories, ...ofTheRest }
type Name = keyof typeof operations
const weights = Object.fromEntries(
  Object.entries(operations).map(([name, [weight]]) => [name, weight]),
) as Record<Name, number>

/** What another hand has changed meanwhile is answered so, and that is all right. */
const overtaken = [404, 409, 410, 412, 422]

export type Writing = { done: number; byName: Record<string, number> }

/** Sends operations, several at a time, until so many were answered with success. */
export async function write(
  desk: Desk,
  { count, hands, onDone }: { count: number; hands: number; onDone: (done: number) => void },
): Promise<Writing> {
  const writing: Writing = { done: 0, byName: {} }
  let begun = 0
  async function hand(): Promise<void> {
    while (writing.done < count) {
      const name = desk.random.weighted(weights)
      begun++
      if (begun > count * 4) throw new Error(`Most operations fail: ${JSON.stringify(writing)}`)
      const { status, body } = await operations[name][1](desk)
      if (status < 300) {
        writing.done++
        writing.byName[name] = (writing.byName[name] ?? 0) + 1
        onDone(writing.done)
      } else if (!overtaken.includes(status)) {
        throw new Error(`${name} was answered ${status}: ${JSON.stringify(body)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: hands }, hand))
  return writing
}

/** Those that are withdrawn by now: few are, and so they are looked for. */
async function restoreArticle(desk: Desk) {
  const list = await desk.send('GET', '/v1/articles?state=withdrawn&limit=50&fields=id')
  const article = desk.random.one<{ id: string }>(list.body.data)
  return desk.send('DELETE', `/v1/articles/${article?.id}/withdrawal`)
}

async function deleteArticle(desk: Desk) {
  const id = desk.random.one(desk.articles)
  const answer = await desk.send('DELETE', `/v1/articles/${id}`)
  if (answer.status < 300) forget(desk.articles, id)
  return answer
}

async function moveSlug(desk: Desk) {
  const slug = desk.random.one(desk.tags)
  const next = `${word(desk.random)}-${++desk.count}`
  const answer = await desk.send('PATCH', `/v1/tags/${slug}`, { slug: next })
  if (answer.status < 300) {
    forget(desk.tags, slug)
    desk.tags.push(next)
    // The old one leads here no longer, perhaps before anybody has seen where it led.
    if (desk.random.next() < 0.5) await desk.send('PATCH', `/v1/tags/${next}`, { aliases: [] })
  }
  return answer
}

async function mergeTags(desk: Desk) {
  const slug = desk.random.one(desk.tags)
  const answer = await desk.send('PUT', `/v1/tags/${slug}/merge`, { into: desk.random.one(desk.tags) })
  if (answer.status < 300) forget(desk.tags, slug)
  return answer
}

async function deleteTag(desk: Desk) {
  const slug = desk.random.one(desk.tags)
  const answer = await desk.send('DELETE', `/v1/tags/${slug}`)
  if (answer.status < 300) forget(desk.tags, slug)
  return answer
}

async function makeStory(desk: Desk) {
  const articleIds = desk.random.some(desk.articles.slice(-60), 2 + desk.random.below(3))
  const answer = await desk.send('POST', '/v1/stories', { articleIds })
  if (answer.status === 201) desk.stories.push(answer.body.id)
  return answer
}

async function moveOut(desk: Desk) {
  const story = desk.random.one(desk.stories)
  const list = await desk.send('GET', `/v1/articles?story=${story}&limit=20`)
  const article = desk.random.one<{ id: string }>(list.body.data ?? [])
  return desk.send('DELETE', `/v1/stories/${story}/articles/${article?.id}`)
}

async function changeSource(desk: Desk) {
  const name = desk.random.one(['name', 'homeUrl', 'attributionTemplate', 'language'] as const)
  const patch = {
    name: words(desk.random, 2),
    homeUrl: `https://moved-${++desk.count}.example/`,
    attributionTemplate: `${word(desk.random)}: {source}`,
    language: desk.random.one(['en', 'de', 'zh']),
  }[name as 'name']
  return desk.send('PATCH', `/v1/sources/${desk.random.one(desk.sources)}`, { [name as string]: patch })
}

/** One that has articles is refused, so it is a new one. */
async function deleteSource(desk: Desk) {
  const answer = await createSource(desk)
  forget(desk.sources, answer.body.id)
  return desk.send('DELETE', `/v1/sources/${answer.body.id}`)
}

async function addLink(desk: Desk) {
  const articleId = desk.random.one(desk.articles) as string
  const target =
    desk.random.next() < 0.7
      ? { articleId: desk.random.one(desk.articles) }
      : { url: `https://elsewhere.example/${++desk.count}`, title: words(desk.random, 4) }
  const answer = await desk.send('POST', `/v1/articles/${articleId}/related`, { kind: 'related', target })
  if (answer.status === 201) desk.links.push({ articleId, id: answer.body.id })
  return answer
}

async function changeLink(desk: Desk) {
  const link = desk.random.one(desk.links)
  const path = `/v1/articles/${link?.articleId}/related/${link?.id}`
  if (desk.random.next() < 0.5) return desk.send('PATCH', path, { note: words(desk.random, 4) })
  forget(desk.links, link)
  return desk.send('DELETE', path)
}

/** An editor says that two articles have not one text, whatever they look like. */
async function refuseDuplicate(desk: Desk) {
  const list = await desk.send('GET', '/v1/articles?duplicates=only&limit=30')
  const article = desk.random.one<{ id: string; duplicateOf: string }>(list.body.data)
  const id = `duplicate_${article?.id}_${article?.duplicateOf}`
  return desk.send('DELETE', `/v1/articles/${article?.id}/related/${id}`)
}
