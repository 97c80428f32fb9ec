import type { Answer, Zone } from './dns.ts'

/** Where clouds keep the keys of their machines. */
export const insideAddress = '169.254.169.254'
/** An address of the open internet, which in the namespace is ours. */
export const publicAddress = '93.184.216.34'

const outside: Answer = { type: 'A', data: publicAddress }
const inside: Answer = { type: 'A', data: insideAddress }

/** What names have as addresses, by what stands before their first hyphen; the others are looked at by how often they were asked for. */
const fixed: Record<string, Answer[]> = {
  public: [outside],
  inside: [inside],
  private: [{ type: 'A', data: '10.0.0.1' }],
  loop: [{ type: 'AAAA', data: '::1' }],
  mapped: [{ type: 'AAAA', data: `::ffff:${insideAddress}` }],
  translated: [{ type: 'AAAA', data: '64:ff9b::a9fe:a9fe' }],
  tunnelled: [{ type: 'AAAA', data: '2002:a9fe:a9fe::1' }],
  both: [outside, inside],
  // Of two families this one is tried first by every program (RFC 6724).
  families: [outside, { type: 'AAAA', data: '::1' }],
}

const elsewhereEachTime = new Set(['rebind', 'rebound', 'turning'])

/** Names that lead elsewhere from now on, and how often those were looked at that lead elsewhere each time. */
export type Names = { moved: Set<string>; looks: Map<string, number> }

export function namesOfTests({ moved, looks }: Names): Zone {
  return (name, type) => {
    const [kind = ''] = name.split('-', 1)
    if (kind === 'chain') return chain(name)
    if (kind === 'moving') return [moved.has(name) ? inside : outside]
    if (kind === 'turning' && !moved.has(name)) return [outside]
    if (!elsewhereEachTime.has(kind)) return fixed[kind]
    const look = looks.get(name) ?? 0
    if (type === 'A') looks.set(name, look + 1)
    return [(look % 2 === 0) === (kind !== 'rebound') ? outside : inside]
  }
}

function chain(name: string): Answer[] {
  const hops = [name, `hop-${name}`, `step-${name}`, `inside-${name}`]
  const links = hops
    .slice(1)
    .map((to, at): Answer => ({ type: 'CNAME', owner: hops[at] as string, data: to }))
  return [...links, { ...inside, owner: hops.at(-1) as string }]
}
