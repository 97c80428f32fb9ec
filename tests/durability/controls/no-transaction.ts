// Takes the transaction around each write away.
import Sqlite from 'better-sqlite3'

const { exec } = Sqlite.prototype
const frame = new Set(['begin immediate', 'commit', 'rollback'])

Sqlite.prototype.exec = function (this: Sqlite.Database, text: string) {
  return frame.has(text) ? this : exec.call(this, text)
}
