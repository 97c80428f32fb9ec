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
