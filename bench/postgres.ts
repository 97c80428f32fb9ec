import { openDatabase } from '../src/database/open.ts'
import { sql } from '../src/database/sql.ts'
import { fill, sourceIdsOf } from './corpus.ts'
import { answersASecond, interleaved } from './load.ts'
import { start } from './processes.ts'
import type { Options } from './reading.ts'
import type { Result } from './report.ts'
import { bodies } from './templates.ts'
import { creating, shortBody, type Writer } from './writing.ts'

/** One client over HTTP against one connection sending the bare statements: how many times as long an answer takes. */
export async function* postgresRows(url: string, options: Options): AsyncGenerator<Result> {
  const { seconds, rounds, articles } = options
  const sourceIds = await prepared(url, articles)
  const server = await start('server.ts', [url, 'off'])
  const writer: Writer = await start('writer.ts', [url, String(articles)])
  const origin = `http://127.0.0.1:${server.port}`
  try {
    const list = { url: `${origin}/v1/articles`, connections: 1 }
    await answersASecond({ ...list, seconds: 1 })
    const [lists = [], statements = []] = await interleaved(
      [
        async () => ({ rate: await answersASecond({ ...list, seconds }) }),
        () => writer.ask({ work: 'list', seconds }),
      ],
      rounds,
    )
    const goal = { atMost: 1.5 }
    yield { name: 'PostgreSQL: newest 20', ours: lists, base: statements, of: 'its statement', goal }
    const create = await creating(`${origin}/v1/articles`, bodies(articles, sourceIds, shortBody), 1)
    await create(1)
    const inserts = { work: 'inserts' as const, bodyBytes: shortBody, batch: 1, seconds }
    const [ours = [], base = []] = await interleaved(
      [() => create(seconds), () => writer.ask(inserts)],
      rounds,
    )
    yield { name: 'PostgreSQL: create', ours, base, of: 'its inserts', goal }
  } finally {
    await server.stop()
    await writer.stop()
  }
}

/** Fills an empty database with the corpus; one that was filled before is used as it is. */
async function prepared(url: string, articles: number): Promise<string[]> {
  const database = openDatabase(url)
  try {
    const filled = await database.one<{ name: string | null }>(sql`select to_regclass('article') as name`)
    if (filled?.name == null) await fill(database, articles)
    return await sourceIdsOf(database)
  } finally {
    await database.close()
  }
}
