/** What an item says of itself, as it stands in its document. */
export type ItemFacts = {
  guid: string | undefined
  link: string | undefined
  title: string | undefined
  date: string | undefined
}

/** What the outlet makes of an item at a moment. `mark` stands before its texts, `date` is what it says of its time. */
export type ItemState = {
  mark: string
  title: string
  guid: string
  date: Date | undefined
  host: string | undefined
}

const prefix = '(?:[\\w-]+:)?'
const guidElement = new RegExp(`(<(?:guid|${prefix}id)(?:\\s[^>]*)?>)([^<]*?)(\\s*</)`, 'i')
const linkElement = /(<link>\s*(?:<!\[CDATA\[)?\s*)(https?:\/\/[^<\]\s]+)/i
const linkAttribute = /(<(?:atom:)?link\b[^>]*href=["'])(https?:\/\/[^"']+)/i
const titleElement = /(<title(?:\s[^>]*)?>)([\s\S]*?)((?:\]\]>)?\s*<\/title>)/i
const dateElements = new RegExp(
  `<(${prefix}(?:pubDate|published|updated|issued|modified|created|date))(\\s[^>]*)?>([^<]+)</\\1>`,
  'gi',
)
const textElements =
  /(<(description|summary|content|content:encoded)(?:\s[^>]*[^/])?>\s*(?:<!\[CDATA\[|<(?:[\w-]+:)?(?:div|body)[^>]*>)?)(?=[\s\S]*?<\/\2>)/gi

export function factsOfXml(item: string): ItemFacts {
  const link = linkElement.exec(item)?.[2] ?? linkAttribute.exec(item)?.[2]
  return {
    guid: guidElement.exec(item)?.[2]?.trim() || undefined,
    link,
    title: titleElement.exec(item)?.[2]?.trim() || undefined,
    date: [...item.matchAll(dateElements)][0]?.[3]?.trim(),
  }
}

export function xmlItem(item: string, { mark, title, guid, date, host }: ItemState): string {
  const dated = item.replace(dateElements, (whole, name: string, attributes = '', text: string) =>
    date ? `<${name}${attributes}>${written(date, text)}</${name}>` : whole,
  )
  const titled = dated.replace(titleElement, (_, start, text, end) => start + text + title + end)
  const known = titled.replace(guidElement, (_, start, text, end) => start + text + guid + end)
  const linked = host ? known.replace(linkElement, (_, start, link) => start + atHost(link, host)) : known
  const texts = linked.replace(textElements, (start) => start + mark)
  return texts.includes(mark) ? texts : texts.replace(/<\/[^<]*$/, (end) => withText(end, mark))
}

/** In the manner of its kind: an item without any text is given one, by which it can be told. */
function withText(end: string, mark: string): string {
  const name = /entry/.test(end) ? `${/^<\/([\w-]+:)?/.exec(end)?.[1] ?? ''}summary` : 'description'
  return `<${name}>${mark}</${name}>${end}`
}

/** As the item had it: in the form of mails, or in that of RFC 3339. */
function written(date: Date, before: string): string {
  return /^\d{4}-/.test(before.trim()) ? date.toISOString() : date.toUTCString()
}

export function atHost(address: string, origin: string): string {
  const { pathname, search } = new URL(address)
  return new URL(pathname + search, origin).href
}

type JsonItem = Record<string, string | undefined>

export function factsOfJson(item: string): ItemFacts {
  const { id, url, title, date_published } = JSON.parse(item) as JsonItem
  return { guid: id, link: url, title, date: date_published }
}

export function jsonItem(text: string, { mark, title, guid, date }: ItemState): string {
  const item = JSON.parse(text) as JsonItem
  const texts = ['content_html', 'content_text', 'summary'].filter((name) => item[name] !== undefined)
  for (const name of texts.length > 0 ? texts : ['content_text']) item[name] = mark + (item[name] ?? '')
  if (item.title !== undefined) item.title += title
  if (item.id !== undefined) item.id += guid
  if (date && item.date_published) item.date_published = date.toISOString()
  return JSON.stringify(item)
}
