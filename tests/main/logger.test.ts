import { expect, it } from 'vitest'
import { createLogger } from '../../src/main/logger.ts'

it('the log shows no secret, wherever in an entry it stands', () => {
  let text = ''
  const logger = createLogger('info', {
    write(line) {
      text += line
    },
  })
  const headers = {
    authorization: 'Bearer hunter2',
    cookie: 'session=hunter2',
    'set-cookie': 'hunter2',
    accept: 'shown',
  }
  logger.info({ headers, req: { headers }, res: { headers }, adminKey: 'hunter2' }, 'one')
  logger.error(
    { err: new Error('shown'), databaseUrl: 'postgres://me:hunter2@db/x', request: { headers } },
    'two',
  )
  expect(text).not.toContain('hunter2')
  expect(text.match(/shown/g)?.length).toBeGreaterThan(3)
  const [entry] = text.split('\n')
  expect(JSON.parse(entry ?? '')).toMatchObject({ msg: 'one', time: expect.stringMatching(/^\d{4}-.*Z$/) })
})
