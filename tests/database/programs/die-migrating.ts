// Kills itself when the first half of a migration has run.
import type { Transaction } from '../../../src/database/database.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { openDatabase } from '../../../src/database/open.ts'

const database = openDatabase(process.argv[2] ?? '')

async function halfOf(tx: Transaction, text: string): Promise<void> {
  if (text.length < 1000) return tx.script(text)
  await tx.script(text.slice(0, text.indexOf(';\n', text.length / 2) + 1))
  process.kill(process.pid, 'SIGKILL')
}

await migrate({
  ...database,
  write: (work) => database.write((tx) => work({ ...tx, script: (text) => halfOf(tx, text) })),
})
