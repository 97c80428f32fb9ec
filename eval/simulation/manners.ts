import { registrableDomain } from '../../src/outbound/hosts.ts'

export type Visit = { at: number; host: string; path: string; kind: 'feed' | 'page' | 'robots' | 'onward' }
export type Manners = ReturnType<typeof watchManners>

const pauseMs = 2000

/**
 * Watches how a program behaves towards the sites that it reads: one request at a time, a pause between two, and none before a
 * site wants them again. Where a site leads on to another address, that request belongs to the one before.
 */
export function watchManners() {
  const underWay = new Map<string, number>()
  const last = new Map<string, Visit>()
  const closed = new Map<string, number>()
  const problems: string[] = []
  const visits: Visit[] = []
  const tell = (visit: Visit, what: string) =>
    problems.push(`${new Date(visit.at).toISOString()} ${visit.kind} ${visit.host}${visit.path}: ${what}`)

  function begin(visit: Visit): () => void {
    const site = registrableDomain(visit.host)
    visits.push(visit)
    if (underWay.get(site)) tell(visit, 'another request to the site is under way')
    const before = last.get(site)
    if (before && visit.kind !== 'onward' && visit.at - before.at < pauseMs)
      tell(visit, `${visit.at - before.at} ms after ${before.kind} ${before.host}${before.path}`)
    for (const place of [site, visit.host + visit.path]) {
      const opens = closed.get(place) ?? 0
      if (visit.at < opens) tell(visit, `asked for although closed until ${new Date(opens).toISOString()}`)
    }
    last.set(site, visit)
    underWay.set(site, (underWay.get(site) ?? 0) + 1)
    return () => void underWay.set(site, (underWay.get(site) ?? 1) - 1)
  }

  return {
    visits,
    problems,
    begin,
    /** From a 429 on, the whole site is closed. */
    closeSite: (host: string, until: number) => closed.set(registrableDomain(host), until),
    /** From a 503 on, this one address is. */
    closeAddress: (host: string, path: string, until: number) => closed.set(host + path, until),
    tell,
  }
}
