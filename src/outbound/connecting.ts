import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { OutboundError } from './outbound-error.ts'

/** The addresses of a host. Rejects as `dns.lookup` does where there are none. */
export type Lookup = (host: string) => Promise<string[]>

export type Guard = {
  mayReach: (ip: string, port: number) => boolean
  lookup: Lookup
  timeoutMs: number
}

/**
 * Connects to what may be reached, and to nothing else. The addresses that were checked are those that the socket is
 * given, so a name that leads elsewhere at a second look gains nothing.
 */
export function guardedConnector(guard: Guard): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80))
    // A socket does not look up what is an address already.
    if (isIP(options.hostname) !== 0 && !guard.mayReach(options.hostname, port)) {
      callback(refusal(), null)
      return
    }
    const connect = buildConnector({
      lookup: checkedLookup(guard, port),
      timeout: guard.timeoutMs,
      allowH2: false,
      maxCachedSessions: 0,
    })
    connect(options, callback)
  }
}

/** One address that may not be reached spoils the rest: who publishes such a list wants us at that one. */
function checkedLookup({ mayReach, lookup }: Guard, port: number): LookupFunction {
  return (host, options, callback) => {
    lookup(host).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: isIP(address) }))
        const [first] = addresses
        if (!first) callback(new OutboundError('dns', 'The host has no address.'), [])
        else if (!found.every((address) => mayReach(address, port))) callback(refusal(), [])
        else if (options.all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, []),
    )
  }
}

function refusal(): OutboundError {
  return new OutboundError('refused-address', 'The host leads to an address or port that may not be reached.')
}
