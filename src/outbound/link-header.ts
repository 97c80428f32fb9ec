/** The links of a `Link` header (RFC 8288) with a relation, absolute against `base`, in their order. */
export function linksInHeader(header: string | undefined, relation: string, base: string): string[] {
  return partsOf(header?.slice(0, maxLength) ?? '').flatMap((part) => {
    const [, target = '', parameters = ''] = /^\s*<([^>]*)>(.*)$/s.exec(part) ?? []
    // A link about another page is none of this one.
    if (/;\s*anchor\s*=/i.test(parameters)) return []
    const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters)
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/)
    const url = relations.includes(relation) ? URL.parse(target, base) : null
    return url && /^https?:$/.test(url.protocol) ? [url.href] : []
  })
}

const maxLength = 16_384

/** Split at the commas between links, which may stand in addresses and quoted texts too. */
function partsOf(header: string): string[] {
  const parts = ['']
  let until = ''
  for (const character of header) {
    if (until) until = character === until ? '' : until
    else if (character === '<') until = '>'
    else if (character === '"') until = '"'
    if (character === ',' && !until) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}
