// Takes the sync of each commit away, as this build of SQLite has it by default.
import Sqlite from 'better-sqlite3'

const { pragma } = Sqlite.prototype

Sqlite.prototype.pragma = function (this: Sqlite.Database, text: string, options?: Sqlite.PragmaOptions) {
  if (text === 'synchronous') return 2
  return pragma.call(this, text === 'synchronous = FULL' ? 'synchronous = NORMAL' : text, options)
}
