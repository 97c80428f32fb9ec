import robotsParser from 'robots-parser'
import type { Clock } from '../shared/clock.ts'
import type { OutboundClient } from './client.ts'
import { type OutboundCode, OutboundError } from './outbound-error.ts'
import { retryAfterMs } from './retry-after.ts'
import { groupsFor } from './robots-groups.ts'

export type Robots = {
  /** Whether a program that calls itself `agentName` may read a page. While a host does not tell its rules, it may not. */
  isAllowed(url: string, agentName: string): Promise<boolean>
  /** The pause between two requests that a host asks for, in milliseconds; `undefined` where it asks for none. */
  crawlDelayMs(url: string, agentName: string): Promise<number | undefined>
  /** How long a host still asks to be left alone since it was last asked for its rules, in milliseconds; 0 where it does not. */
  heldMs(url: string): number
}

/** The text of a robots.txt, or what holds for want of one. */
type Rules = { text: string } | 'all' | 'none'
type Answer = { rules: Rules; heldMs: number }
type KeptRules = { rules: Promise<Rules>; until: number; heldUntil: number; characters: number }

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
    const answer = readRules(client, origin, clock)
    const rules = answer.then((answered) => {
      if (answered.rules === 'none') entry.until = now() + Math.max(askedAgainMs, answered.heldMs)
      entry.heldUntil = now() + answered.heldMs
      if (typeof answered.rules === 'object') entry.characters = answered.rules.text.length
      dropOldest(kept)
      return answered.rules
    })
    const entry: KeptRules = { rules, until: now() + keptMs, heldUntil: 0, characters: 0 }
    rules.catch(() => kept.delete(origin))
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
    heldMs: (url) => Math.max(0, (kept.get(new URL(url).origin)?.heldUntil ?? 0) - now()),
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

async function readRules(client: OutboundClient, origin: string, clock: Clock): Promise<Answer> {
  try {
    const url = `${origin}/robots.txt`
    const { status, headers, body } = await client.request({ url, maxDecodedBytes: maxFileBytes, cut: true })
    if (status >= 200 && status < 300) return { rules: { text: new TextDecoder().decode(body) }, heldMs: 0 }
    const isLimit = status === 429 || status === 503
    const heldMs = isLimit ? (retryAfterMs(headers['retry-after'], clock()) ?? 0) : 0
    // 429 says "not now" and nothing about rules.
    return { rules: status >= 400 && status < 500 && status !== 429 ? 'all' : 'none', heldMs }
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return { rules: withoutRules.has(error.code) ? 'all' : 'none', heldMs: 0 }
  }
}
