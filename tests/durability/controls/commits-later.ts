// Takes the commit before the answer away: what is "committed" stays open, and is committed now and then.
import Sqlite from 'better-sqlite3'

const everyMs = 1_000
const { exec } = Sqlite.prototype
const open = new WeakSet<Sqlite.Database>()
let committedAt = 0

Sqlite.prototype.exec = function (this: Sqlite.Database, text: string) {
  if (text === 'commit' && Date.now() - committedAt < everyMs) {
    open.add(this)
    return this
  }
  if (text === 'commit') committedAt = Date.now()
  // Before the next transaction of the program, which joins the one that is open.
  if (text === 'rollback' && open.has(this)) return this
  if (text === 'begin immediate' && open.delete(this)) return this
  return exec.call(this, text)
}
