// The product as a server: node bench/server.ts <database url> <cache: on | off> [relating]
import { pino } from 'pino'
import { fileOf, openDatabase } from '../src/database/open.ts'
import { startMaintenance } from '../src/main/maintenance/maintenance.ts'
import { startRelating } from '../src/stories/relating/worker.ts'
import { benchApp } from './app.ts'
import { serve } from './processes.ts'

const [url = '', cache, relating] = process.argv.slice(2)
const database = openDatabase(url)
const app = await benchApp(database, cache === 'on')
const isWhole = relating === 'relating'
const worker = isWhole ? startRelating(database, pino()) : undefined
// As `newsweave start` has it: else the writer moves the log into the file while requests wait.
const maintenance = isWhole ? startMaintenance(fileOf(url) as string, pino()) : undefined
await app.listen({ host: '127.0.0.1', port: 0 })
serve({
  server: app.server,
  async close() {
    await app.close()
    await worker?.stop()
    await maintenance?.stop()
    await database.close()
  },
})
