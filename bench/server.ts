// The product as a server: node bench/server.ts <database url> <cache: on | off>
import { openDatabase } from '../src/database/open.ts'
import { benchApp } from './app.ts'
import { serve } from './processes.ts'

const [url = '', cache] = process.argv.slice(2)
const database = openDatabase(url)
const app = await benchApp(database, cache === 'on')
await app.listen({ host: '127.0.0.1', port: 0 })
serve({
  server: app.server,
  async close() {
    await app.close()
    await database.close()
  },
})
