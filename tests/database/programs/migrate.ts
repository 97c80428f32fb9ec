// Opens a database, waits for a line on its standard input, and migrates.
import { once } from 'node:events'
import { migrate } from '../../../src/database/migrate.ts'
import { openDatabase } from '../../../src/database/open.ts'

const database = openDatabase(process.argv[2] ?? '')
console.log('ready')
await once(process.stdin, 'data')
console.log(`applied: ${await migrate(database)}.`)
await database.close()
process.stdin.destroy()
