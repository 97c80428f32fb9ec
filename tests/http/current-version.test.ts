import { stat } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { expect, it } from 'vitest'
import { oncePerLook } from '../../src/http/current-version.ts'
import { engines } from '../support/engines.ts'

const [sqlite] = engines

/** Calls back where the event loop looks for what has come. */
const atLook = (work: () => void) => stat('/', work)
const holdMs = (ms: number) => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

it('a version that was asked between two looks of the event loop is asked again behind the second', async () => {
  const url = (await sqlite?.create()) as string
  const database = sqlite?.connect(url)
  if (!database) throw new Error('There is no engine.')
  const currentVersion = oncePerLook(database)
  const other = new Sqlite(url.slice('file:'.length))
  let [before, behind]: (number | undefined)[] = []
  await new Promise<void>((resolve) => {
    // Where what waits for its turn begins: behind one look and before the next.
    setImmediate(() => {
      before = currentVersion()
      other.exec('create table written_elsewhere (id integer primary key)')
      atLook(() => {
        behind = currentVersion()
        resolve()
      })
      // What is looked for is there when the loop looks.
      holdMs(20)
    })
  })
  other.close()
  expect(behind).not.toBe(before)
})

it('a version is asked once for all that one look finds', async () => {
  let asked = 0
  const currentVersion = oncePerLook({ version: () => ++asked, onCommit: () => () => {} })
  await new Promise<void>((resolve) => {
    let left = 5
    for (let count = 0; count < 5; count++) {
      atLook(() => {
        currentVersion()
        if (--left === 0) resolve()
      })
    }
    holdMs(20)
  })
  expect(asked).toBeLessThan(5)
})
