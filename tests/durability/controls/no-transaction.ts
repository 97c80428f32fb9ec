// Takes the transaction around each write away, on both engines.
import Sqlite from 'better-sqlite3'
import pg from 'pg'

const { exec } = Sqlite.prototype
const frame = new Set(['begin immediate', 'commit', 'rollback'])

Sqlite.prototype.exec = function (this: Sqlite.Database, text: string) {
  return frame.has(text) ? this : exec.call(this, text)
}

const { query } = pg.Client.prototype
const framing = /^(begin|commit|rollback)\b/

pg.Client.prototype.query = function (this: pg.Client, first: unknown, ...rest: unknown[]) {
  const isFrame = typeof first === 'string' && framing.test(first)
  return Reflect.apply(query, this, [isFrame ? 'select 1' : first, ...rest])
} as typeof query
