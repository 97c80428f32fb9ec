import robotsParser from 'robots-parser'
import type { Clock } from '../shared/clock.ts'
import type { OutboundClient } from './client.ts'
import { type OutboundCode, OutboundError } from './outbound-error.ts'
import { groupsFor } from './robots-groups.ts'

export type Robots = {
  /** Whether a program that calls itself `agentName` may read a page. While a host does not tell its rules, it may not. */
  isAllowed(url: string, agentName: string): Promise<boolean>
  /** The pause between two requests that a host asks for, in milliseconds; `undefined` where it asks for none. */
  crawlDelayMs(url: string, agentName: string): Promise<number | undefined>
}

/** The text of a robots.txt, or what holds for want of one. */
type Rules = { text: string } | 'all' | 'none'
type KeptRules = { rules: Promise<Rules>; until: number; characters: number }

const keptMs = 24 * 3_600_000
/** How soon a host that did not tell its rules is asked again. */
const askedAgainMs = 10 * 60_000
/** RFC 9309, 2.5: so much has to be read, and the rest may be left. */
const maxFileBytes = 500 * 1024
const maxHosts = 5000
const maxCharacters = 16 * 1024 ** 2
const maxPathLength = 1000

/** Reads the robots.txt of hosts as RFC 9309 says, each once a day. */
export function createRobots({ client, clock }: { client: OutboundClient; clock: Clock }): Robots {
  const kept = new Map<string, KeptRules>()
  const now = () => clock().getTime()

  function rulesOf(origin: string): Promise<Rules> {
    const known = kept.get(origin)
    // Taken out and put in again, so that the first of the map is what was not used for longest.
    kept.delete(origin)
    const entry = known && known.until > now() ? known : read(origin)
    kept.set(origin, entry)
    return entry.rules
  }

  function read(origin: string): KeptRules {
    const entry: KeptRules = { rules: readRules(client, origin), until: now() + keptMs, characters: 0 }
    const settle = (rules: Rules) => {
      if (rules === 'none') entry.until = now() + askedAgainMs
      if (typeof rules === 'object') entry.characters = rules.text.length
      dropOldest(kept)
    }
    entry.rules.then(settle, () => kept.delete(origin))
    return entry
  }

  async function robotOf(url: string, agentName: string) {
    const { origin, pathname, search } = new URL(url)
    const rules = await rulesOf(origin)
    const text = typeof rules === 'object' ? groupsFor(rules.text, agentName) : ''
    const robot = robotsParser(`${origin}/robots.txt`, text)
    return { rules, robot, address: origin + (pathname + search).slice(0, maxPathLength) }
  }

  return {
    async isAllowed(url, agentName) {
      const { rules, robot, address } = await robotOf(url, agentName)
      return rules !== 'none' && robot.isAllowed(address, agentName) === true
    },
    async crawlDelayMs(url, agentName) {
      const { robot } = await robotOf(url, agentName)
      const seconds = robot.getCrawlDelay(agentName)
      return seconds === undefined || !(seconds >= 0) ? undefined : seconds * 1000
    },
  }
}

function dropOldest(kept: Map<string, KeptRules>): void {
  let characters = [...kept.values()].reduce((sum, entry) => sum + entry.characters, 0)
  for (const [origin, entry] of kept) {
    if (kept.size <= maxHosts && characters <= maxCharacters) return
    kept.delete(origin)
    characters -= entry.characters
  }
}

/** An address that is refused is refused for the page as well, which then says so. */
const withoutRules = new Set<OutboundCode>(['too-many-redirects', 'bad-redirect', 'refused-address'])

async function readRules(client: OutboundClient, origin: string): Promise<Rules> {
  try {
    const url = `${origin}/robots.txt`
    const { status, body } = await client.request({ url, maxDecodedBytes: maxFileBytes, cut: true })
    if (status >= 200 && status < 300) return { text: new TextDecoder().decode(body) }
    // 429 says "not now" and nothing about rules.
    return status >= 400 && status < 500 && status !== 429 ? 'all' : 'none'
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return withoutRules.has(error.code) ? 'all' : 'none'
  }
}
