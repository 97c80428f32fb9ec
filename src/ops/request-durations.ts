const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const name = 'http_request_duration_seconds'

type Series = { counts: Uint32Array; sum: number; count: number }
type Value = { metricName: string; labels: Record<string, string | number>; value: number }

/**
 * A histogram for prom-client's registry, counted without its label handling: that costs several times as much on every
 * request. A series is named `METHOD STATUS /route`.
 */
export function requestDurations() {
  const all = new Map<string, Series>()

  function observe(series: string, seconds: number): void {
    let found = all.get(series)
    if (!found) {
      found = { counts: new Uint32Array(bounds.length + 1), sum: 0, count: 0 }
      all.set(series, found)
    }
    let bucket = 0
    while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++
    found.counts[bucket] = (found.counts[bucket] as number) + 1
    found.sum += seconds
    found.count++
  }

  return {
    name,
    observe,
    reset: () => all.clear(),
    get: async () => ({
      name,
      help: 'How long requests took, by method, route and status.',
      type: 'histogram',
      aggregator: 'sum',
      values: [...all].flatMap(([key, series]) => valuesOf(key, series)),
    }),
  }
}

function valuesOf(key: string, { counts, sum, count }: Series): Value[] {
  const [method = '', status = '', route = ''] = key.split(' ')
  const labels = { method, route, status }
  let upTo = 0
  const buckets = bounds.map((bound, index) => {
    upTo += counts[index] as number
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: upTo }
  })
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
