const trackingParameter =
  /^(utm_.*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok|spm|scm|from|share_.*|vd_source|chksm|xsec_.*|ref|ref_src|cmpid|ncid|guccounter|guce_.*|at_medium|at_campaign|amp|outputtype|ckattempt|_ga)$/i
const ampHost = /^amp[.-]/
const mobileHost = /^(?:m|wap|mobile|www|3g|touch)\./
const cdnAmpHost = /(?:^|\.)cdn\.ampproject\.org$/
const indexFile = /\/(?:index|default)\.(?:html?|php|aspx?|jsp|shtml)$/i

/**
 * The key under which a page is known whatever its address says of scheme, mobile or AMP form, tracking, order of
 * parameters or fragment. Two URLs with the same key are taken for one page. Expects an absolute http(s) URL.
 */
export function urlKey(address: string): string {
  const url = withoutAmpCdn(new URL(address))
  let host = url.hostname.replace(/\.$/, '')
  // Never down to a bare public suffix such as "com": a host keeps at least two labels.
  for (const prefix of [ampHost, mobileHost, mobileHost]) {
    const shorter = host.replace(prefix, '')
    if (shorter.includes('.')) host = shorter
  }
  const port = url.port ? `:${url.port}` : ''
  return host + port + pathKey(url.pathname) + queryKey(url.searchParams) + routeFragment(url.hash)
}

function withoutAmpCdn(url: URL): URL {
  if (!cdnAmpHost.test(url.hostname)) return url
  const original = url.pathname.match(/^\/[a-z](?:\/s)?\/(.+)$/)?.[1]
  return original ? new URL(`https://${original}${url.search}`) : url
}

function pathKey(pathname: string): string {
  let path = pathname.replace(/\/{2,}/g, '/')
  path = path
    .replace(indexFile, '/')
    .replace(/\/amp\/?$/i, '')
    .replace(/\.amp(\.html?)?$/i, '$1')
  path = path.replace(/^\/amp\//i, '/')
  return path.replace(/\/+$/, '')
}

function queryKey(parameters: URLSearchParams): string {
  const kept = [...parameters].filter(([name]) => !trackingParameter.test(name))
  if (kept.length === 0) return ''
  kept.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
  return `?${new URLSearchParams(kept)}`
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** A fragment that routes (`#!/story/1`, `#/story/1`) names a page; any other names a place in one. */
function routeFragment(hash: string): string {
  return /^#!?\//.test(hash) ? hash : ''
}
