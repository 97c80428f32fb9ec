const trackingParameter =
  /^(utm_.*|fbclid|gclid|dclid|gbraid|wbraid|gclsrc|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|srsltid|mc_cid|mc_eid|_hsenc|_hsmi|hsctatracking|mkt_tok|oly_.*|mtm_.*|pk_.*|spm|scm|from|sharer?_.*|mpshare|srcid|isappinstalled|nsukey|vd_source|chksm|xsec_.*|ref|ref_src|ref_url|cmpid|ncid|ocid|smid|guccounter|guce_.*|at_medium|at_campaign|__twitter_impression|amp|amp_.*|outputtype|ckattempt|_ga|_gl)$/i
const deviceHost = /^(?:amp|m|wap|mobile|www|3g|touch)\./
/** `en.m.wikipedia.org` */
const deviceLabel = /^([^.]+)\.(?:m|mobile)\.(?=[^.]+\.[^.]+$)/
const ampCacheHost = /(?:^|\.)(?:cdn\.ampproject\.org|bing-amp\.com)$/
const ampViewerHost = /^(?:www\.)?google\.[a-z.]+$/
const indexFile = /\/(?:index|default)\.(?:html?|php|aspx?|jsp|shtml)$/i

/**
 * The key under which a page is known whatever its address says of scheme, mobile or AMP form, tracking, order of
 * parameters or fragment. Two URLs with the same key are taken for one page. Expects an absolute http(s) URL.
 */
export function urlKey(address: string): string {
  const url = behindAmpCache(new URL(address))
  const port = url.port ? `:${url.port}` : ''
  return hostKey(url.hostname) + port + pathKey(url.pathname) + queryKey(url.search) + routeFragment(url.hash)
}

/** The address of the page itself, where this is that of a copy in a cache of AMP pages. */
function behindAmpCache(url: URL): URL {
  const copied = ampCacheHost.test(url.hostname)
    ? url.pathname.match(/^\/[a-z](?:\/s)?\/(.+)$/)?.[1]
    : ampViewerHost.test(url.hostname) && url.pathname.match(/^\/amp\/(?:s\/)?(.+)$/)?.[1]
  const original = copied ? URL.parse(`https://${copied}${url.search}${url.hash}`) : null
  return original?.hostname.includes('.') ? original : url
}

function hostKey(hostname: string): string {
  let host = hostname.replace(/\.$/, '').replace(deviceLabel, '$1.')
  // `www.m.` and the like, but never down to a bare public suffix such as "com": a host keeps at least two labels.
  for (let shorter = host.replace(deviceHost, ''); shorter !== host; shorter = host.replace(deviceHost, '')) {
    if (!shorter.includes('.')) break
    host = shorter
  }
  return host
}

function pathKey(pathname: string): string {
  return normalEscapes(pathname)
    .replace(/\/{2,}/g, '/')
    .replace(indexFile, '/')
    .replace(/\/amp\/?$/i, '')
    .replace(/\.amp(\.html?)?$/i, '$1')
    .replace(/^\/amp\//i, '/')
    .replace(/\/+$/, '')
}

/** A parameter without a value is one with an empty value. All stay as they were escaped: not every site writes UTF-8, and what cannot be read must not become alike. */
function queryKey(search: string): string {
  const kept = search
    .slice(1)
    .split('&')
    .map((parameter) => normalEscapes(parameter.replaceAll('+', '%20')).replace(/^([^=]*)=$/, '$1'))
    .filter((parameter) => parameter !== '' && !trackingParameter.test(parameter.split('=', 1)[0] ?? ''))
  return kept.length > 0 ? `?${kept.sort().join('&')}` : ''
}

/** Escapes in capitals, and none for what needs none (RFC 3986, 6.2.2). */
function normalEscapes(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return /[\w.~-]/.test(character) ? character : escaped.toUpperCase()
  })
}

/** A fragment that routes (`#!/story/1`, `#/story/1`) names a page; any other names a place in one. */
function routeFragment(hash: string): string {
  return /^#!?\//.test(hash) ? hash : ''
}
