import { beforeEach, expect, it } from 'vitest'
import { relateAll } from '../../src/stories/relating/linker.ts'
import { addArticle, addSource } from '../articles/newsroom.ts'
import { addKey } from '../partners/keyring.ts'
import { titlesOf } from '../stories/relating/newsroom.ts'
import { dam, damLater } from '../stories/relating/texts.ts'
import { onEveryEngine } from '../support/engines.ts'
import { type Reading, startReading } from './newsroom.ts'

const host = 'elsewhere.example'
const headers = { 'content-type': 'text/html' }

onEveryEngine('what a page elsewhere is related to', (engine) => {
  let reading: Reading
  let url: string

  beforeEach(async () => {
    reading = await startReading(engine)
    url = reading.web.url(host, '/kestrel')
    const sourceId = await addSource(reading.api)
    await addArticle(reading.api, sourceId, { title: dam.title, body: { text: dam.text } })
    await relateAll(reading.ingestion.database)
  })

  const find = (key?: string) =>
    reading.api.get(`/v1/related?${new URLSearchParams({ url })}`, key === undefined ? {} : { key })

  it('is found by fetching it, and nothing of it is kept', async () => {
    const body = `<html><head><title>${damLater.title}</title></head><body><article><h1>${damLater.title}</h1>
      <p>${damLater.text}</p><p>${damLater.text}</p></article></body></html>`
    reading.web.put(host, '/kestrel', { headers, body })
    const answer = await find()
    expect(answer.status).toBe(200)
    expect(titlesOf(answer.body)).toEqual([dam.title])
    expect((await reading.api.get('/v1/articles')).body.data).toHaveLength(1)
  })

  it('is a bad request where the page cannot be read', async () => {
    reading.web.put(host, '/kestrel', { status: 404, body: 'No.' })
    const answer = await find()
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toMatchObject([
      { in: 'query', path: 'url', message: expect.stringMatching(/404/) },
    ])
  })

  it('is not for a key that may not have pages fetched', async () => {
    const { key } = await addKey(reading.api, { scopes: ['stories:write'] })
    expect((await find(key)).status).toBe(403)
    expect(reading.web.visits(host, '/kestrel')).toEqual([])
  })
})
