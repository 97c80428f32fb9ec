import { recordChange } from '../../../src/changes/changes.ts'
import { openDatabase } from '../../../src/database/open.ts'

/** Writes to the log from many clients at once. Some of the transactions fail, and some write twice. */
const [url = '', name = '', writers = '1', writesEach = '1'] = process.argv.slice(2)
const database = openDatabase(url)
let committed = 0

async function write(writer: number): Promise<void> {
  for (let n = 1; n <= Number(writesEach); n++) {
    const fails = n % 5 === 0
    const twice = n % 3 === 0
    try {
      await database.write(async (tx) => {
        await recordChange(tx, { type: 'tag.created', id: `${name}-${writer}-${n}` })
        if (twice) await recordChange(tx, { type: 'tag.updated', id: `${name}-${writer}-${n}` })
        if (fails) throw new Error('rolled back')
      })
      committed += twice ? 2 : 1
    } catch (error) {
      if ((error as Error).message !== 'rolled back') throw error
    }
  }
}

console.log('begins')
await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)))
await database.close()
console.log(`committed ${committed}`)
