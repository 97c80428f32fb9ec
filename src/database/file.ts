import Sqlite from 'better-sqlite3'

/**
 * Whether any process has this database file open. Where none has, what a crash may have left in its log is moved into the
 * file, so that the file alone is the database. A file that is damaged is nobody's.
 */
export function isInUse(file: string): boolean {
  let connection: Sqlite.Database | undefined
  try {
    connection = new Sqlite(file, { fileMustExist: true, timeout: 0 })
    // Only the one connection there is may leave the mode in which readers and the writer share the file.
    connection.pragma('journal_mode = delete')
    return false
  } catch (error) {
    return (error as { code?: string }).code?.startsWith('SQLITE_BUSY') ?? false
  } finally {
    connection?.close()
  }
}
