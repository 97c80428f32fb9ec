import { getDomain } from 'tldts'

/**
 * The site that a host belongs to: the name that somebody registered, also below a suffix such as `github.io` where
 * strangers are neighbours. An address, or a name without such a part, is its own.
 */
export function registrableDomain(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  return getDomain(name, { allowPrivateDomains: true }) ?? name
}

/** The site of an address of the web. */
export const siteOf = (url: string): string => registrableDomain(new URL(url).hostname)

/** The host of a page or feed, as it is compared with others; `undefined` for what is no URL of the web. */
export function pageHost(address: string): string | undefined {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  return url.hostname.replace(/\.$/, '')
}
