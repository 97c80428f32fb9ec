import { OutboundError } from './outbound-error.ts'

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** The URL to ask for, without its fragment. Throws where it is none of the web or carries credentials. */
export function requestTarget(address: string): URL {
  const url = webUrl(URL.parse(address))
  if (!url)
    throw new OutboundError('refused-address', 'Only http and https are spoken, without credentials in URLs.')
  return url
}

/** Where a `Location` leads, relative to the URL that answered with it. */
export function redirectTarget(from: URL, location: string): URL {
  const url = location === '' ? undefined : webUrl(URL.parse(readable(location), from))
  if (!url) throw new OutboundError('bad-redirect', 'The redirect leads nowhere.')
  return url
}

function webUrl(url: URL | null): URL | undefined {
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined
  url.hash = ''
  return url
}

/** Headers are read as Latin-1, while many servers write UTF-8 where an address should be escaped. */
function readable(location: string): string {
  const bytes = Buffer.from(location, 'latin1')
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? location : text
}
