import { getDomain } from 'tldts'
import { urlKey } from '../shared/url.ts'
import { folded } from '../text-index/folding.ts'

type Addressed = { url: string; canonicalUrl: string | null; language: string }

/** What an article says of where it is from. `creditedUrls` and `creditedNames` may also be its own. */
export type Credited = {
  url: string
  sourceName: string
  creditedUrls: readonly string[]
  creditedNames: readonly string[]
}

/**
 * Whether one of two pages names the other, or both a third, by a canonical link. From one language to another that is a
 * translation and not a copy.
 */
export function isNamedBy(a: Addressed, b: Addressed): boolean {
  if (!isSameLanguage(a, b)) return false
  const others = addressesOf(b)
  return addressesOf(a).some((address) => others.includes(address))
}

/** In whichever script or country. */
export function isSameLanguage(a: { language: string }, b: { language: string }): boolean {
  return baseLanguage(a.language) === baseLanguage(b.language)
}

/** Whether an article credits another: its page, its site or its outlet. */
export function creditsOther(a: Credited, b: Credited): boolean {
  if (a.creditedUrls.some((address) => keyOf(address) === keyOf(b.url) && keyOf(address) !== keyOf(a.url)))
    return true
  const [own, other] = [siteOf(a.url), siteOf(b.url)]
  if (other && other !== own && a.creditedUrls.some((address) => siteOf(address) === other)) return true
  const outlet = plainName(b.sourceName)
  return outlet !== plainName(a.sourceName) && a.creditedNames.some((name) => plainName(name) === outlet)
}

const addressesOf = ({ url, canonicalUrl }: Addressed) =>
  [url, canonicalUrl].flatMap((address) => (address ? (keyOf(address) ?? []) : []))
const keyOf = (address: string) => (URL.canParse(address) ? urlKey(address) : undefined)
const siteOf = (address: string) => getDomain(address, { allowPrivateDomains: true })
const plainName = (name: string) => folded(name).text.replace(/\s+/g, '')
const baseLanguage = (language: string) => language.toLowerCase().split('-', 1)[0]
