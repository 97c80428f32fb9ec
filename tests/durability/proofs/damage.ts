import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { openDatabase } from '../../../src/database/open.ts'
import { backUp, manifestOf } from '../../../src/ops/backup.ts'
import { verifyCopy } from '../../../src/ops/restore.ts'
import { verifyDatabase } from '../../../src/ops/verify.ts'
import { newDatabase, readLedger } from '../ledger.ts'
import { serve, startWriter } from '../processes.ts'
import { demand, inFolder, nothing, type Proof, until } from '../proof.ts'

const quiet = () => () => {}
const logHeadBytes = 32
const frameHeadBytes = 24
const articlesToDamage = 60
const roundsOfShortForm = 4

export const damagedLogs: Proof = {
  name: 'damaged-logs',
  promise: '`newsweave verify` notices a damaged log after a crash',
  needs: [],
  run: ({ long, mayGoOn, tell }) =>
    inFolder(async (folder) => {
      const { file, rows } = await databaseOfSilence(folder)
      nothing((await verified(folder, file)).faults, 'an undamaged log')
      let [tries, noticed, silent, withoutIndex] = [0, 0, 0, 0]
      while (tries < (long ? 300 : roundsOfShortForm) && mayGoOn()) {
        const damage = tries++ === 0 ? inFirstFrame : damageOf(liveBytesOf(file))
        if ((await verified(folder, file, damage)).faults.length > 0) noticed++
        if ((await verified(folder, file, damage, ['-shm'])).faults.length > 0) withoutIndex++
        if (opensSilently(await copied(folder, file, damage), rows)) silent++
        tell(`${tries} logs`)
      }
      demand(noticed === tries, `verify noticed ${noticed} of ${tries} damaged logs.`)
      demand(silent > 0, 'SQLite by itself noticed every one: the proof shows nothing.')
      return `${noticed} of ${tries} (a flipped bit, a byte or a cut end), ${withoutIndex} of them where the power cut took the index beside the log, too; a control that only opens the file finds it sound ${silent} times with rows missing`
    }),
}

export const damagedFiles: Proof = {
  name: 'flipped-bits',
  promise:
    'A flipped bit in the main file is noticed: in a backup always, in the database where what it hit is stored twice',
  needs: [],
  run: ({ long, mayGoOn, tell }) =>
    inFolder(async (folder) => {
      const file = await backedUpDatabase(folder)
      const whole = await verified(folder, file)
      nothing(whole.faults, 'an undamaged file')
      let [tries, byManifest, byVerify, byEngine] = [0, 0, 0, 0]
      while (tries < (long ? 300 : roundsOfShortForm) && mayGoOn()) {
        const damage: Damage = {
          suffix: '',
          at: Math.floor(Math.random() * statSync(file).size),
          flipped: anyBit(),
        }
        tries++
        const copy = await copied(folder, file, damage)
        cpSync(manifestOf(file), manifestOf(copy))
        if (
          await verifyCopy(copy, quiet).then(
            () => false,
            () => true,
          )
        )
          byManifest++
        if (!isSoundByItself(copy)) byEngine++
        if ((await verified(folder, file, damage)).faults.length > 0) byVerify++
        tell(`${tries} flips`)
      }
      demand(byManifest === tries, `The manifest noticed ${byManifest} of ${tries} flips.`)
      demand(byVerify >= byEngine, 'verify sees less than the engine by itself.')
      return `of ${tries} flips the manifest noticed ${byManifest}, \`newsweave verify\` without one ${byVerify}, \`integrity_check\` alone ${byEngine}`
    }),
}

/**
 * How much of a log counts, by the index beside it: what is behind that is left from before the log was begun anew, and means nothing
 * (https://www.sqlite.org/walformat.html: the size of a page at 14, the last frame at 16).
 */
function liveBytesOf(file: string): number {
  const index = readFileSync(`${file}-shm`)
  const live = logHeadBytes + index.readUInt32LE(16) * (frameHeadBytes + index.readUInt16LE(14))
  demand(live > logHeadBytes, 'The log is empty: there is nothing to damage.')
  return Math.min(live, statSync(`${file}-wal`).size)
}

/** One whose log has articles that SQLite by itself does not miss: a log that was begun anew just then may have none. */
async function databaseOfSilence(folder: string): Promise<{ file: string; rows: number }> {
  for (let tries = 0; tries < 5; tries++) {
    const file = await killedDatabase(mkdtempSync(join(folder, 'killed-')))
    const rows = articlesIn(await copied(folder, file))
    if (opensSilently(await copied(folder, file, inFirstFrame), rows)) return { file, rows }
  }
  throw new Error('SQLite by itself notices what is damaged of every log: the proof shows nothing.')
}

/** What becomes of the byte there: which of its bits are flipped. Without it the file ends there. */
type Damage = { suffix: '' | '-wal'; at: number; flipped?: number }

const anyBit = () => 1 << Math.floor(Math.random() * 8)
const allBits = 0xff

/** Behind which SQLite takes nothing of the log. */
const inFirstFrame: Damage = { suffix: '-wal', at: logHeadBytes + frameHeadBytes, flipped: allBits }

function damageOf(bytes: number): Damage {
  const at = Math.floor(logHeadBytes + Math.random() * (bytes - logHeadBytes))
  const kinds: Pick<Damage, 'flipped'>[] = [{ flipped: anyBit() }, { flipped: allBits }, {}]
  return { suffix: '-wal', at, ...kinds[Math.floor(Math.random() * kinds.length)] }
}

/** A database as a killed server leaves it: with a log, and the index beside it. */
async function killedDatabase(folder: string): Promise<string> {
  const [url, ledger] = [await newDatabase(folder), join(folder, 'ledger')]
  const [server, writer] = [await serve(url), startWriter(ledger, 'damage')]
  try {
    writer.writeTo(String(server.address))
    await until(() => readLedger(ledger).acknowledged > articlesToDamage, 60_000, 'Nobody writes.')
  } finally {
    await Promise.all([server.kill(), writer.kill()])
  }
  return url.slice('file:'.length)
}

async function backedUpDatabase(folder: string): Promise<string> {
  const database = openDatabase(`file:${await killedDatabase(folder)}`)
  const copy = join(folder, 'backup.db')
  await backUp(database, copy, quiet).finally(() => database.close())
  return copy
}

/** A copy of a database that nobody has open, damaged. */
async function copied(
  folder: string,
  file: string,
  damage?: Damage,
  without: string[] = [],
): Promise<string> {
  const copy = join(folder, 'damaged.db')
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(copy + suffix, { force: true })
    const isThere = statSync(file + suffix, { throwIfNoEntry: false })
    if (isThere && !without.includes(suffix)) cpSync(file + suffix, copy + suffix)
  }
  if (damage) doDamage(copy + damage.suffix, damage)
  return copy
}

function doDamage(file: string, { at, flipped }: Damage): void {
  const bytes = readFileSync(file)
  if (flipped === undefined) {
    writeFileSync(file, bytes.subarray(0, at))
    return
  }
  bytes.writeUInt8(bytes.readUInt8(at) ^ flipped, at)
  writeFileSync(file, bytes)
}

async function verified(folder: string, file: string, damage?: Damage, without: string[] = []) {
  return verifyDatabase(`file:${await copied(folder, file, damage, without)}`, quiet)
}

function articlesIn(file: string): number {
  const connection = new Sqlite(file)
  try {
    return connection.prepare('select count(*) from article').pluck().get() as number
  } finally {
    connection.close()
  }
}

function isSoundByItself(file: string): boolean {
  let connection: Sqlite.Database | undefined
  try {
    connection = new Sqlite(file)
    return connection.pragma('integrity_check', { simple: true }) === 'ok'
  } catch {
    return false
  } finally {
    connection?.close()
  }
}

const opensSilently = (file: string, rows: number) => isSoundByItself(file) && articlesIn(file) < rows
