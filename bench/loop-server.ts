// The loop of sqlite-loop.ts behind bare Fastify: what a create costs at least that comes by HTTP. It reads the body as JSON, writes rows that
// are ready and answers bytes that are ready; those who come together share a commit as in the product:
// node bench/loop-server.ts <database url> <articles in the corpus>
import type Sqlite from 'better-sqlite3'
import Fastify from 'fastify'
import { openDatabase } from '../src/database/open.ts'
import { serveApp } from './processes.ts'
import { inserter } from './sqlite-loop.ts'
import { bodies, freshRows, type Template, templatesOf } from './templates.ts'
import { shortBody } from './writing.ts'

const [url = '', total = ''] = process.argv.slice(2)
const database = openDatabase(url)
const templates = await templatesOf(database, Number(total), shortBody)
const [answer = ''] = bodies(Number(total), [''], 2 * shortBody)
const insert = await database.write(async (tx) => inserter(tx.origin as Sqlite.Database))
const app = Fastify()
let created = 0
app.post('/v1/articles', async (_request, reply) => {
  const template = templates[created++ % templates.length] as Template
  await database.write(async (tx) => {
    const article = { ...template, ...freshRows(template) }
    insert.article(article)
    // As the product and the loop do it, the index of texts last.
    tx.beforeCommit(async () => insert.terms(article))
  })
  return reply.code(201).type('application/json; charset=utf-8').send(answer)
})
await serveApp(app, database)
