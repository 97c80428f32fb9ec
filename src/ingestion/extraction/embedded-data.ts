import { line, type PageDocument } from './page-document.ts'

/** An object of schema.org as a page embeds it; nothing in it can be relied on. */
export type Thing = { [name: string]: unknown }

const articleTypes = /(?:^|\/)(?:\w*Article|BlogPosting|LiveBlogPosting|Report|Review|VideoObject)$/
const maxThings = 200

/** What the JSON-LD of a page says of its article, or of the page itself where it names no article. */
export function articleDataOf(document: PageDocument): Thing {
  const things = document
    .querySelectorAll('script[type]')
    .filter((script) => /ld\+json/i.test(script.getAttribute('type') ?? ''))
    .flatMap((script) => thingsIn(parseLeniently(script.textContent)))
    .slice(0, maxThings)
  return (
    things.find((thing) => hasType(thing, articleTypes)) ??
    things.find((thing) => hasType(thing, /(?:^|\/)(?:WebPage|ItemPage)$/)) ??
    things.find((thing) => thing.headline || thing.datePublished || thing.pubDate) ??
    {}
  )
}

/** Broken JSON is common: comment marks around it, line breaks in its texts, commas too many. */
function parseLeniently(text: string): unknown {
  const bare = text
    .trim()
    .replace(/^(?:\/\/)?\s*<!(?:--|\[CDATA\[)/, '')
    .replace(/(?:\/\/)?\s*(?:-->|\]\]>)$/, '')
  const mended = () => JSON.parse(bare.replace(/\p{Cc}/gu, ' ').replace(/,[ ]{0,50}(?=[\]}])/g, ''))
  for (const attempt of [() => JSON.parse(bare), mended, () => JSON.parse(bare.replace(/;$/, ''))]) {
    try {
      return attempt()
    } catch {}
  }
  return undefined
}

function thingsIn(value: unknown, depth = 0): Thing[] {
  if (depth > 4 || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each) => thingsIn(each, depth + 1))
  const thing = value as Thing
  const parts = [thing['@graph'], thing.mainEntity, thing.mainEntityOfPage]
  return [thing, ...parts.flatMap((part) => thingsIn(part, depth + 1))]
}

function hasType(thing: Thing, types: RegExp): boolean {
  return [thing['@type']].flat().some((type) => typeof type === 'string' && types.test(type))
}

/** The objects and texts of a member, which may be one, a list, or missing. */
export function partsOf(value: unknown): (Thing | string)[] {
  return [value]
    .flat(2)
    .filter((part) => typeof part === 'string' || (typeof part === 'object' && part !== null)) as (
    | Thing
    | string
  )[]
}

/** The text of a member on one line; of an object its name or value. */
export function textOf(value: unknown): string | undefined {
  const [part] = partsOf(value)
  const text = typeof part === 'object' ? (part['@value'] ?? part.name) : part
  return typeof text === 'string' && line(text) ? plain(text) : undefined
}

/** The address that a member holds or is. */
export function addressOf(value: unknown): string | undefined {
  const [part] = partsOf(value)
  const address = typeof part === 'object' ? (part.url ?? part.contentUrl ?? part['@id']) : part
  const text = Array.isArray(address) ? address[0] : address
  return typeof text === 'string' && /^(?:https?:)?\/|^https?:/.test(text) ? text : undefined
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** Some write their JSON as if it were HTML. */
function plain(text: string): string {
  return line(
    text.replace(/&(?:#(\d{1,6})|(amp|lt|gt|quot|apos|nbsp));/g, (_, code, name) =>
      code ? String.fromCodePoint(Math.min(Number(code), 0x10ffff)) : (entities[name] ?? ''),
    ),
  )
}
