/** Namespaces by the prefix that they usually have; '' is RSS. Written here without a final `/` or `#`, in lower case. */
const prefixOfUri: Record<string, string> = {
  '': '',
  'http://purl.org/rss/1.0': '',
  'http://my.netscape.com/rdf/simple/0.9': '',
  'http://my.netscape.com/publish/formats/rss-0.9.dtd': '',
  'http://channel.netscape.com/rdf/simple/0.9': '',
  'http://purl.org/net/rss1.1': '',
  'http://backend.userland.com/rss': '',
  'http://backend.userland.com/rss2': '',
  'http://backend.userland.com/rss091': '',
  'http://blogs.law.harvard.edu/tech/rss': '',
  'http://cyber.law.harvard.edu/rss/rss.html': '',
  'http://www.w3.org/2005/atom': 'atom',
  'http://purl.org/atom/ns': 'atom',
  'http://purl.org/rss/1.0/modules/content': 'content',
  'http://purl.org/dc/elements/1.1': 'dc',
  'http://purl.org/dc/elements/1.0': 'dc',
  'http://purl.org/rss/1.0/modules/dcterms': 'dcterms',
  'http://purl.org/dc/terms': 'dcterms',
  'http://backend.userland.com/creativecommonsrssmodule': 'creativecommons',
  'http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html': 'creativecommons',
  'http://web.resource.org/cc': 'cc',
  'http://creativecommons.org/ns': 'cc',
  'http://search.yahoo.com/mrss': 'media',
  'http://video.search.yahoo.com/mrss': 'media',
  'http://www.itunes.com/dtds/podcast-1.0.dtd': 'itunes',
  'http://example.com/dtds/podcast-1.0.dtd': 'itunes',
  'http://purl.org/rss/1.0/modules/syndication': 'sy',
  'http://rssnamespace.org/feedburner/ext/1.0': 'feedburner',
  'http://www.pheedo.com/namespace/pheedo': 'pheedo',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns': 'rdf',
  'http://www.w3.org/1999/xhtml': 'xhtml',
  'http://www.w3.org/2000/svg': 'svg',
  'http://www.w3.org/1998/math/mathml': 'math',
  'http://www.w3.org/xml/1998/namespace': 'xml',
}

/** What prefixes mean at a place of a document: from the prefix that is written to the one that is usual. */
export type Scope = {
  declared: Map<string, string>
  around: Scope | undefined
  /** Names that were looked up already. */
  names: Map<string, string>
}

export function outermostScope(): Scope {
  return { declared: new Map(), around: undefined, names: new Map() }
}

/** The scope within an element, which is that around it unless the element declares something. */
export function scopeWithin(scope: Scope, attributes: Record<string, string>): Scope {
  let declared: Map<string, string> | undefined
  for (const name in attributes) {
    if (!name.startsWith('xmlns') || (name.length > 5 && name[5] !== ':')) continue
    declared ??= new Map()
    const prefix = name.slice(6)
    declared.set(prefix, usualPrefix(attributes[name] as string, prefix))
  }
  return declared ? { declared, around: scope, names: new Map() } : scope
}

function usualPrefix(uri: string, prefix: string): string {
  const known = prefixOfUri[uri.trim().toLowerCase().replace(/[/#]$/, '')]
  return known ?? prefix.toLowerCase()
}

/** `pubdate`, `atom:link`, `dc:creator`: a name in lower case with the usual prefix of its namespace. */
export function usualName(scope: Scope, name: string): string {
  const known = scope.names.get(name)
  if (known !== undefined) return known
  const colon = name.indexOf(':')
  const prefix = prefixIn(scope, colon < 0 ? '' : name.slice(0, colon))
  const local = name.slice(colon + 1).toLowerCase()
  const usual = prefix ? `${prefix}:${local}` : local
  scope.names.set(name, usual)
  return usual
}

/** A prefix that nobody declared means what it usually does. */
function prefixIn(scope: Scope, written: string): string {
  for (let at: Scope | undefined = scope; at; at = at.around) {
    const declared = at.declared.get(written)
    if (declared !== undefined) return declared
  }
  return written.toLowerCase().replace(/^rss$/, '')
}
