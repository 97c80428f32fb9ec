import { expect, it } from 'vitest'
import { feed } from '../support/bad-answers.ts'
import { onEveryEngine } from '../support/engines.ts'
import { heron, rssOf, startReading } from './newsroom.ts'

onEveryEngine('metrics of reading feeds', (engine) => {
  it('tell of fetches by what came of them, their bytes, their stages, and what is due', async () => {
    const reading = await startReading(engine)
    const text = rssOf([heron(1)])
    reading.web.put('lighthouse.example', '/feed.xml', feed(text))
    reading.web.put('quarry.example', '/feed.xml', { status: 500, body: 'Oh.' })
    await reading.add('lighthouse.example')
    await reading.add('quarry.example')
    reading.clock.advance(90_000)
    expect(await series(reading.api)).toMatchObject({
      newsweave_feeds_due: 2,
      newsweave_feeds_lag_seconds: 90,
    })
    await reading.read()
    await reading.later(150)
    const outcome = (name: string) => `newsweave_feed_fetches_total{outcome="${name}"}`
    const stage = (name: string) => `newsweave_feed_stage_seconds_count{stage="${name}"}`
    expect(await series(reading.api)).toMatchObject({
      [outcome('read')]: 1,
      [outcome('notModified')]: 1,
      [outcome('failed')]: 2,
      newsweave_feed_bytes_total: Buffer.byteLength(text) + 2 * 'Oh.'.length,
      [stage('fetch')]: 4,
      [stage('parse')]: 1,
      [stage('page')]: 1,
      [stage('write')]: 1,
      newsweave_feeds_due: 0,
      newsweave_feeds_lag_seconds: 0,
    })
  })
})

async function series(api: {
  get(url: string): Promise<{ body: unknown }>
}): Promise<Record<string, number>> {
  const lines = String((await api.get('/metrics')).body)
    .split('\n')
    .filter((line) => line.startsWith('newsweave_'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}
