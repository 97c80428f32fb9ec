import Database from 'better-sqlite3'
import { createNewsweave, ProblemError, unwrap } from '../../openapi/client/src/index.ts'
import { type Document, type Kind, kinds } from './copy.ts'
import { keptArticle } from './reading.ts'

/** By kind and id, what there is as canonical JSON. */
export type Everything = Map<string, string>

const keyOf = (kind: Kind, id: string) => `${kind} ${id}`

/** What the newsroom answers to whoever has a key, each article read by its own address. */
export async function readNewsroom(url: string, key: string): Promise<Everything> {
  const news = createNewsweave({ baseUrl: url, key })
  const everything: Everything = new Map()
  const keep = (kind: Kind, id: string, document: Document) =>
    everything.set(keyOf(kind, id), canonical(document))
  for await (const exported of news.exportArticles({ state: 'all' })) {
    const { id } = exported
    const read = await readArticle(news, id)
    keep('article', id, read)
    // Whoever reads by the export has the same as who reads by the address.
    if (canonical(keptArticle(exported)) !== canonical(read)) keep('article', `${id} exported`, exported)
  }
  const limit = 100
  for await (const tag of news.items('/v1/tags', { params: { query: { limit } } })) keep('tag', tag.slug, tag)
  for await (const source of news.items('/v1/sources', { params: { query: { limit } } }))
    keep('source', source.id, source)
  for await (const story of news.items('/v1/stories', { params: { query: { limit, sort: 'newest' } } }))
    keep('story', story.id, story)
  return everything
}

async function readArticle(news: ReturnType<typeof createNewsweave>, id: string): Promise<Document> {
  try {
    return await unwrap(news.GET('/v1/articles/{id}', { params: { path: { id } } }))
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 410)) throw error
    const { reason, note, withdrawnAt } = error.problem as Document
    return keptArticle({ id, withdrawal: { reason, note, withdrawnAt } })
  }
}

/** What a partner has in its file, with the counts that follow from the articles there. */
export function readCopy(file: string): Everything {
  const database = new Database(file, { readonly: true })
  const rows = database.prepare('select kind, id, document from copy').all() as {
    kind: Kind
    id: string
    document: string
  }[]
  database.close()
  const documents = rows.map(({ kind, id, document }) => ({ kind, id, document: JSON.parse(document) }))
  const count = countsOf(documents)
  return new Map(
    documents.map(({ kind, id, document }) => {
      const isCounted = kind === 'tag' || kind === 'source'
      const whole = isCounted ? { ...document, articleCount: count.get(keyOf(kind, id)) ?? 0 } : document
      return [keyOf(kind, id), canonical(whole)]
    }),
  )
}

/** A published article counts for its source, for each tag that it carries, and once for each tag above those. */
function countsOf(documents: { kind: Kind; id: string; document: Document }[]): Map<string, number> {
  const parents = new Map<string, string | null>()
  for (const { kind, id, document } of documents) if (kind === 'tag') parents.set(id, document.parent)
  const counts = new Map<string, number>()
  for (const { kind, document } of documents) {
    if (kind !== 'article' || document.state !== 'published') continue
    const counted = new Set([keyOf('source', document.source.id)])
    for (const { slug } of document.tags) {
      let above: string | null = slug
      for (let levels = 0; above !== null && levels < 20; levels++) {
        counted.add(keyOf('tag', above))
        above = parents.get(above) ?? null
      }
    }
    for (const key of counted) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** Members in the order of their names, so that equal things are equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}

/** Which ids differ, and in which members. */
export function differences(newsroom: Everything, copy: Everything): string[] {
  const keys = new Set([...newsroom.keys(), ...copy.keys()])
  return [...keys].flatMap((key) => {
    const [there, here] = [newsroom.get(key), copy.get(key)]
    if (there === here) return []
    if (there === undefined) return `${key}: only the partner has it`
    if (here === undefined) return `${key}: the partner has it not`
    return `${key}: ${membersThatDiffer(JSON.parse(there), JSON.parse(here))}`
  })
}

function membersThatDiffer(there: Document, here: Document): string {
  const names = [...new Set([...Object.keys(there), ...Object.keys(here)])]
  return names
    .filter((name) => canonical(there[name]) !== canonical(here[name]))
    .map((name) => `${name} is ${cut(there[name])}, and the partner has ${cut(here[name])}`)
    .join('; ')
}

const cut = (value: unknown) => (canonical(value) ?? 'absent').slice(0, 300)

export const countKinds = (everything: Everything) =>
  Object.fromEntries(
    kinds.map((kind) => [kind, [...everything.keys()].filter((key) => key.startsWith(`${kind} `)).length]),
  )
