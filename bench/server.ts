// The product as a server: node bench/server.ts <database url> <cache: on | off> [relating]
import { pino } from 'pino'
import { openDatabase } from '../src/database/open.ts'
import { startRelating } from '../src/stories/relating/worker.ts'
import { benchApp } from './app.ts'
import { serve } from './processes.ts'

const [url = '', cache, relating] = process.argv.slice(2)
const database = openDatabase(url)
const app = await benchApp(database, cache === 'on')
const worker = relating === 'relating' ? startRelating(database, pino()) : undefined
await app.listen({ host: '127.0.0.1', port: 0 })
serve({
  server: app.server,
  async close() {
    await app.close()
    await worker?.stop()
    await database.close()
  },
})
