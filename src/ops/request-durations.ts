const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const name = 'http_request_duration_seconds'

type Series = { counts: Uint32Array; sum: number; count: number }
type Value = { metricName: string; labels: Record<string, string | number>; value: number }

/**
 * A histogram for prom-client's registry, counted without its label handling: that costs several times as much on every
 * request. Series are found step by step, by texts that are there already, since a name put together for each request would
 * cost more than the counting.
 */
export function requestDurations() {
  const routes = new Map<string, Map<number, Map<string, Series>>>()

  function observe(method: string, status: number, route: string, seconds: number): void {
    const statuses = entryOf(routes, route, () => new Map<number, Map<string, Series>>())
    const series = entryOf(
      entryOf(statuses, status, () => new Map<string, Series>()),
      method,
      newSeries,
    )
    let bucket = 0
    while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket++
    series.counts[bucket] = (series.counts[bucket] as number) + 1
    series.sum += seconds
    series.count++
  }

  function* values(): Generator<Value> {
    for (const [route, statuses] of routes) {
      for (const [status, methods] of statuses) {
        for (const [method, series] of methods)
          yield* valuesOf({ method, route, status: String(status) }, series)
      }
    }
  }

  return {
    name,
    observe,
    reset: () => routes.clear(),
    get: async () => ({
      name,
      help: 'How long requests took, by method, route and status.',
      type: 'histogram',
      aggregator: 'sum',
      values: [...values()],
    }),
  }
}

const newSeries = (): Series => ({ counts: new Uint32Array(bounds.length + 1), sum: 0, count: 0 })

function entryOf<Key, Entry>(map: Map<Key, Entry>, key: Key, make: () => Entry): Entry {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function valuesOf(labels: Record<string, string>, { counts, sum, count }: Series): Value[] {
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
