import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** All that is routed on the internet in IPv6. What lies outside is special, or was forgotten, such as `::10.0.0.1`. */
const globalUnicast = ipaddr.parseCIDR('2000::/3')
/** IPv4 behind a translator (RFC 6052): as public as the IPv4 address in it. */
const translated = ipaddr.parseCIDR('64:ff9b::/96')

/** Whether an address is one of the open internet, and of no special range of IPv4 or IPv6. */
export function isPublicAddress(ip: string): boolean {
  const address = addressOf(ip)
  if (!address) return false
  if (isInside(address, translated))
    return ipaddr.fromByteArray(address.toByteArray().slice(12)).range() === 'unicast'
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || isInside(address, globalUnicast))
}

/**
 * The rule by which an address and port may be reached: any port within `allow` (addresses and CIDRs), and of public
 * addresses those for the web and the unprivileged ones.
 */
export function reachable(allow: readonly string[]): (ip: string, port: number) => boolean {
  const ranges = allow.map(rangeOf)
  return (ip, port) => {
    const address = addressOf(ip)
    if (!address) return false
    if (ranges.some((range) => isInside(address, range))) return true
    return isPublicAddress(ip) && (port === 80 || port === 443 || port >= 1024)
  }
}

/** A mapped IPv4 address is that address. The library would take `::10.0.0.1` for one, were it not written anew by `URL`. */
function addressOf(ip: string): Address | undefined {
  const text = isIP(ip) === 6 ? URL.parse(`http://[${ip}]`)?.hostname.slice(1, -1) : ip
  return text && isIP(text) !== 0 ? ipaddr.process(text) : undefined
}

function rangeOf(text: string): [Address, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function isInside(address: Address, range: [Address, number]): boolean {
  return address.kind() === range[0].kind() && address.match(range)
}
