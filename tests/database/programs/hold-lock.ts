// Holds the write lock of a file for some milliseconds, or until it is killed.
import Sqlite from 'better-sqlite3'

const [file = '', ms = ''] = process.argv.slice(2)
const connection = new Sqlite(file)
connection.exec('begin immediate')
console.log('holding')
setTimeout(() => connection.exec('commit'), Number(ms))
