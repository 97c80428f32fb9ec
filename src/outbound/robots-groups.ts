/** Matching a pattern with a `*` can take its length times that of the path, for every such pattern. */
const maxWildcardCharacters = 20_000

/**
 * The groups of a robots.txt that are for `agentName` or for all, and nothing else: the parser gives every rule of a group
 * to every name in it, which a hostile file can make half a billion.
 */
export function groupsFor(robotsTxt: string, agentName: string): string {
  const wanted = ['*', agentName.toLowerCase()]
  const kept: string[] = []
  let names: string[] = []
  let inNames = false
  let wildcards = 0
  for (const line of robotsTxt.split(/[\r\n]+/)) {
    const { key, value } = fieldOf(line)
    if (key === 'user-agent') {
      if (!inNames) names = []
      inNames = true
      const name = value.split('/', 1)[0]?.toLowerCase().trim() ?? ''
      if (!wanted.includes(name) || names.includes(name)) continue
      names.push(name)
      kept.push(`User-agent: ${name}`)
    } else if (/^(allow|disallow|crawl-delay)$/.test(key)) {
      inNames = false
      if (value.includes('*')) wildcards += value.length
      const isCheap = !value.includes('*') || wildcards <= maxWildcardCharacters
      if (names.length > 0 && isCheap) kept.push(`${key}: ${value}`)
    }
  }
  return kept.join('\n')
}

function fieldOf(line: string): { key: string; value: string } {
  const text = line.split('#', 1)[0] ?? ''
  const colon = text.indexOf(':')
  if (colon === -1) return { key: '', value: '' }
  const value = text.slice(colon + 1).trim()
  return { key: text.slice(0, colon).trim().toLowerCase(), value: value.replace(/\*{2,}/g, '*') }
}
