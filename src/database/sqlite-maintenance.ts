import Sqlite from 'better-sqlite3'

/** 1 MB: what is moved from the log into the file in one go. */
const pagesWorthMoving = 250

/** A connection for work that nobody waits for. It may wait for writers, so it belongs into a thread of its own. */
export function openForMaintenance(file: string): Sqlite.Database {
  const connection = new Sqlite(file, { fileMustExist: true, timeout: 5_000 })
  // As the writer's: `writeQueue` promises that what was answered is on the disk, whoever began the log anew before.
  connection.pragma('synchronous = full')
  connection.pragma('wal_autocheckpoint = 0')
  return connection
}

type LogState = { log: number; checkpointed: number }

/** Moves what was committed from the log into the file, where it is worth it, without keeping anybody waiting. Answers whether it was. */
export function moveLog(connection: Sqlite.Database): boolean {
  const [state] = connection.pragma('wal_checkpoint(noop)') as LogState[]
  if (!state || state.log - state.checkpointed < pagesWorthMoving) return false
  connection.pragma('wal_checkpoint(passive)')
  return true
}
