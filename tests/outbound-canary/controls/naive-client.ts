import { lookup } from 'node:dns/promises'
import { reachable } from '../../../src/outbound/addresses.ts'
import * as guarded from '../../../src/outbound/client.ts'
import { OutboundError } from '../../../src/outbound/outbound-error.ts'

const anything = ['0.0.0.0/0', '::/0']

/** A client that looks before it asks, in place of the one that looks while it connects. */
export function createOutboundClient(options: guarded.OutboundOptions): guarded.OutboundClient {
  const client = guarded.createOutboundClient({ ...options, allow: anything })
  const mayReach = reachable(options.allow)
  return {
    ...client,
    async request(input) {
      const { hostname, port, protocol } = new URL(input.url)
      const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => [])
      const number = Number(port || (protocol === 'https:' ? 443 : 80))
      if (!found.every(({ address }) => mayReach(address, number)))
        throw new OutboundError(
          'refused-address',
          'The host leads to an address or port that may not be reached.',
        )
      return client.request(input)
    },
  }
}
