import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../../src/database/open.ts'
import { readManifest } from '../../../src/ops/backup.ts'
import { differences, digestTables } from '../../../src/ops/manifest.ts'
import { faultsOf, linesOf, newDatabase, readLedger } from '../ledger.ts'
import { run, serve, startWriter } from '../processes.ts'
import { demand, inFolder, nothing, type Proof, until } from '../proof.ts'

const copiesAtMost = 10

export const backupUnderLoad: Proof = {
  name: 'backup-under-load',
  promise:
    'A backup made while others write restores to one whole state: every row by its hash, and every write acknowledged before it began',
  needs: [],
  async run({ long, mayGoOn, tell }) {
    let [backups, rows, lost] = [0, 0, 0]
    await inFolder(async (folder) => {
      const [url, ledger] = [await newDatabase(folder), join(folder, 'ledger')]
      const [server, writer] = [await serve(url), startWriter(ledger, 'backup')]
      try {
        writer.writeTo(String(server.address))
        while (backups < (long ? 20 : 1) && (backups === 0 || mayGoOn())) {
          await moreWrites(ledger)
          rows += await backUpAndRestore(folder, url, ledger, ++backups)
          lost += await copyAsAFile(folder, ledger)
          tell(`${backups} backups`)
        }
        // Right behind a checkpoint the file alone has all there is.
        for (let n = 0; lost === 0 && n < copiesAtMost; n++) {
          await moreWrites(ledger)
          lost += await copyAsAFile(folder, ledger)
        }
      } finally {
        await Promise.all([server.kill(), writer.kill()])
      }
    })
    demand(lost > 0, 'A plain copy of the file lost nothing: the proof shows nothing.')
    return `${backups} backups under load restored, ${rows} rows equal by their hashes, 0 acknowledged writes missing; a control that copies the file lost ${lost}`
  },
}

async function moreWrites(ledger: string): Promise<void> {
  const before = readLedger(ledger).acknowledged
  await until(() => readLedger(ledger).acknowledged > before + 20, 60_000, 'Nobody writes.')
}

async function backUpAndRestore(
  folder: string,
  url: string,
  ledger: string,
  number: number,
): Promise<number> {
  const [copy, restored] = [
    join(folder, `copy-${number}.db`),
    `file:${join(folder, `restored-${number}.db`)}`,
  ]
  const settled = linesOf(ledger)
  await succeed(['backup', copy, '--database-url', url])
  const written = readLedger(ledger, { settled })
  await succeed(['restore', copy, '--database-url', restored])
  const manifest = await readManifest(copy)
  const database = openDatabase(restored)
  const tables = await digestTables(database).finally(() => database.close())
  nothing(differences(manifest.tables, tables), 'the restored rows')
  nothing(await faultsOf(restored, written), 'the restored database')
  return tables.reduce((sum, table) => sum + table.rows, 0)
}

async function succeed(args: string[]): Promise<void> {
  const command = run(args)
  demand((await command.ended) === 0, `newsweave ${args[0]} fails: ${command.output()}`)
}

/** What is missing in a copy of the file alone, which is what one would do without the command. Some cannot be read at all. */
async function copyAsAFile(folder: string, ledger: string): Promise<number> {
  const copy = join(folder, 'plain.db')
  const settled = linesOf(ledger)
  copyFileSync(join(folder, 'news.db'), copy)
  const faults = await faultsOf(`file:${copy}`, readLedger(ledger, { settled })).catch((error) => {
    if (!String(error).includes('malformed')) throw error
    return [String(error)]
  })
  return faults.length
}
