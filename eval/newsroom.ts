import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NewArticle } from '../src/articles/article.ts'
import { createArticle } from '../src/articles/articles.ts'
import type { Database } from '../src/database/database.ts'
import { migrate } from '../src/database/migrate.ts'
import { openDatabase } from '../src/database/open.ts'
import { addSource } from '../src/sources/sources.ts'

/** An article of a collection. `publishedAt` is in milliseconds; `source` is the name of its outlet. */
export type Captured = {
  id: string
  source: string
  url: string
  title: string
  body: string
  publishedAt: number
  language?: string
}

const articlesPerCommit = 200
const longestTitle = 1000

/** A newsroom of its own for the time of `work`: at `url`, or in a file that is removed behind it. */
export async function withNewsroom<T>(work: (database: Database) => Promise<T>, url?: string): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'newsweave-eval-'))
  const database = openDatabase(url ?? `file:${join(folder, 'eval.db')}`)
  try {
    await migrate(database)
    return await work(database)
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Adds articles as they are published, each once; answers their ids here by their own. */
export async function addArticles(database: Database, captured: Captured[]): Promise<Map<string, string>> {
  const sources = new Map<string, string>()
  for (const name of new Set(captured.map(({ source }) => source))) {
    const homeUrl = `https://${encodeURIComponent(name).toLowerCase().replaceAll('%', '')}.example/`
    const { id } = await database.write((tx) => addSource(tx, { name, homeUrl }))
    sources.set(name, id)
  }
  const ids = new Map<string, string>()
  const inTime = captured.toSorted((a, b) => a.publishedAt - b.publishedAt)
  for (let at = 0; at < inTime.length; at += articlesPerCommit) {
    await database.write(async (tx) => {
      for (const { id, source, url, title, body, publishedAt, language } of inTime.slice(
        at,
        at + articlesPerCommit,
      )) {
        const article = NewArticle.parse({
          sourceId: sources.get(source),
          externalId: id,
          url,
          title: title.slice(0, longestTitle),
          publishedAt: new Date(publishedAt).toISOString(),
          body: { text: body },
          ...(language && { language }),
        })
        ids.set(id, (await createArticle(tx, article)).row.id)
      }
    })
  }
  return ids
}
