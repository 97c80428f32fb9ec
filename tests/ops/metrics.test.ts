import { expect, it } from 'vitest'
import { requestDurations } from '../../src/ops/request-durations.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'

/** The value of a series, as Prometheus would read it; undefined where there is none. */
async function seriesValue(api: Api, series: string): Promise<number | undefined> {
  const text = String((await api.get('/metrics')).body)
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

onEveryEngine('metrics', (engine) => {
  it('count requests by the route that they were for, not by their address', async () => {
    const api = await startApi(await engine.open())
    await api.get('/v1/articles/one')
    await api.get('/v1/articles/two?fields=id')
    await api.get('/nowhere/at/all')
    const route = 'method="GET",route="/v1/articles/:id",status="404"'
    expect(await seriesValue(api, `http_request_duration_seconds_count{${route}}`)).toBe(2)
    expect(await seriesValue(api, `http_request_duration_seconds_bucket{${route},le="+Inf"}`)).toBe(2)
    const none = 'method="GET",route="none",status="404"'
    expect(await seriesValue(api, `http_request_duration_seconds_count{${none}}`)).toBe(1)
  })

  it('count commits', async () => {
    const api = await startApi(await engine.open())
    const before = (await seriesValue(api, 'newsweave_commits_total')) ?? 0
    await api.post('/v1/tags', { body: { slug: 'chips', name: 'Chips' } })
    expect(await seriesValue(api, 'newsweave_commits_total')).toBe(before + 1)
  })

  it('tell what is under way', async () => {
    const api = await startApi(await engine.open())
    const address = await api.listen()
    const waiting = fetch(`${address}/v1/changes?after=0&wait=5`)
    await expect
      .poll(async () => (await (await fetch(`${address}/metrics`)).text()).includes('in_flight 2\n'))
      .toBe(true)
    await api.post('/v1/tags', { body: { slug: 'chips', name: 'Chips' } })
    expect((await waiting).status).toBe(200)
    await expect.poll(() => seriesValue(api, 'http_requests_in_flight')).toBe(0)
  })

  it('follow the access of reads', async () => {
    const api = await startApi(await engine.open(), { readAccess: 'key' })
    expect((await api.get('/metrics', { key: null })).status).toBe(401)
    const { status, headers, body } = await api.get('/metrics')
    expect(status).toBe(200)
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(body).toContain('process_resident_memory_bytes')
    expect(body).toContain('nodejs_eventloop_lag_p99_seconds')
  })
})

it('durations fall into the buckets that hold them', async () => {
  const durations = requestDurations()
  for (const seconds of [0.001, 0.0011, 3, 99]) durations.observe('GET', 200, '/a', seconds)
  const { values } = await durations.get()
  const upTo = (le: number | string) => values.find(({ labels }) => labels.le === le)?.value
  expect([0.001, 0.0025, 2.5, 5, 10, '+Inf'].map(upTo)).toEqual([1, 2, 2, 3, 3, 4])
  expect(values.at(-2)?.value).toBeCloseTo(102.0021)
})
