/** Ports of licences to the law of a place that SPDX knows by names of their own. */
const ported = new Set(
  `CC-BY-2.5-AU CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US CC-BY-NC-3.0-DE
  CC-BY-NC-ND-3.0-DE CC-BY-NC-ND-3.0-IGO CC-BY-NC-SA-2.0-DE CC-BY-NC-SA-2.0-FR CC-BY-NC-SA-2.0-UK CC-BY-NC-SA-3.0-DE
  CC-BY-NC-SA-3.0-IGO CC-BY-ND-3.0-DE CC-BY-SA-2.0-UK CC-BY-SA-2.1-JP CC-BY-SA-3.0-AT CC-BY-SA-3.0-DE
  CC-BY-SA-3.0-IGO`.split(/\s+/),
)
const versions = new Set(['1.0', '2.0', '2.1', '2.5', '3.0', '4.0'])
const kinds = new Set(['BY', 'BY-NC', 'BY-ND', 'BY-SA', 'BY-NC-ND', 'BY-NC-SA'])
const address =
  /\bcreativecommons\.org\/(licenses|publicdomain)\/([a-z-]+)(?:\/(\d\.\d))?(?:\/([a-z]{2,3})\b)?/i

/** The SPDX identifier of the first Creative Commons licence whose address stands in one of these texts. */
export function licenceOf(texts: (string | null | undefined)[]): string | null {
  for (const text of texts) {
    const licence = licenceIn(text ?? '')
    if (licence) return licence
  }
  return null
}

function licenceIn(text: string): string | undefined {
  const [, path, name = '', version = '', place = ''] = address.exec(text) ?? []
  if (path?.toLowerCase() === 'publicdomain') {
    if (version !== '1.0') return undefined
    return { zero: 'CC0-1.0', mark: 'CC-PDM-1.0' }[name.toLowerCase()]
  }
  const kind = name.toUpperCase().replace('ND-NC', 'NC-ND')
  if (!kinds.has(kind) || !versions.has(version)) return undefined
  const licence = `CC-${kind}-${version}`
  const ofPlace = `${licence}-${place.toUpperCase()}`
  if (ported.has(ofPlace)) return ofPlace
  return version === '2.1' ? undefined : licence
}
