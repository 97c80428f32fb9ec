import { beforeAll, describe, expect, it } from 'vitest'
import { onEveryEngine } from '../support/engines.ts'
import { operations } from './document.ts'
import { requests, validRequest } from './requests.ts'
import { openRoom, type Room } from './room.ts'

it('every operation of the document has a request here, and no other', () => {
  expect(Object.keys(requests).sort()).toEqual(operations.map(({ id }) => id).sort())
})

onEveryEngine('every operation', (engine) => {
  let room: Room

  beforeAll(async () => {
    room = await openRoom(engine)
  })

  describe.each(operations)('$method $path', (operation) => {
    it('succeeds as the document says', async () => {
      const valid = await validRequest(room, operation)
      const type = operation.types[0]
      const answer = await room.ask(operation, {
        ...valid,
        headers: { ...(type && { 'content-type': type }), ...valid.headers },
      })
      expect(answer.status).toBeLessThan(300)
    })
  })
})
