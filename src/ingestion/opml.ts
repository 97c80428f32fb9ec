import { Parser } from 'htmlparser2'
import { invalidField } from '../shared/failure.ts'

/** An outline that is a feed, inside its folders from the outermost. */
export type ListedFeed = {
  line: number
  title: string
  feedUrl: string
  homeUrl: string | null
  language: string | null
  categories: string[]
  folders: Folder[]
}
export type Folder = { line: number; title: string; categories: string[] }
/** What stands in a list and could not be taken. */
export type ListFault = { line: number; title: string; feedUrl: string | null; problem: string }

type Attributes = Record<string, string>
type Open = {
  line: number
  attributes: Attributes
  isFeed: boolean
  isEmpty: boolean
  folder: Folder | null
  /** What stands right in it, where nothing should; null once that was looked at. */
  text: string | null
}

const maxOutlines = 20_000
const maxDepth = 100
const maxCategories = 20
const maxTornLength = 4000

/**
 * The feeds of an OPML list, however carelessly it was written: of one that is cut off, what stands before that. Entities of
 * its own are never expanded. Throws `validation-failed` where it is no OPML, or beyond all measure.
 */
export function parseOpml(text: string): { feeds: ListedFeed[]; faults: ListFault[] } {
  const feeds: ListedFeed[] = []
  const faults: ListFault[] = []
  const open: Open[] = []
  const lineAt = lineCounter(text)
  let root: string | undefined
  let count = 0
  const parser = new Parser(
    {
      onopentag(name, written) {
        root ??= localName(name)
        if (localName(name) !== 'outline') return
        if (++count > maxOutlines) throw invalidOpml(`Has more than ${maxOutlines} outlines.`)
        if (open.length >= maxDepth) throw invalidOpml(`Has outlines more than ${maxDepth} deep.`)
        const outline = openOutline(written, lineAt(parser.startIndex), open)
        if (outline.isFeed) feeds.push(feedOf(outline, open))
        open.push(outline)
      },
      ontext(data) {
        const outline = open.at(-1)
        if (!outline || !isTornFeed(outline, data)) return
        open.pop()
        feeds.push(feedOf(outline, open))
      },
      onclosetag(name, isImplied) {
        if (localName(name) === 'opml' && isImplied) faults.push(cutOff(lineAt(text.length)))
        const outline = localName(name) === 'outline' ? open.pop() : undefined
        if (outline?.isEmpty && !outline.isFeed) faults.push(faultOf(outline))
      },
    },
    { xmlMode: true },
  )
  parser.end(text)
  if (root !== 'opml') throw invalidOpml('Is no OPML: it does not begin with an element `opml`.')
  return { feeds, faults }
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1).toLowerCase()

/** Looks at an outline that begins inside these, and tells the one right around it that it is not empty. */
function openOutline(written: Attributes, line: number, around: Open[]): Open {
  const attributes = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [
      name.toLowerCase(),
      value.replace(/[\s\p{Cc}]+/gu, ' ').trim(),
    ]),
  )
  const parent = around.at(-1)
  if (parent) parent.isEmpty = false
  const title = titleOf(attributes)
  const isFeed = Boolean(attributes.xmlurl)
  const folder = isFeed || title === '' ? null : { line, title, categories: categoriesOf(attributes) }
  return { line, attributes, isFeed, isEmpty: true, folder, text: '' }
}

/**
 * A quote in an attribute that was not escaped ends it, and a tag there ends the outline: the attributes behind are then read
 * as text, up to where the outline was meant to end.
 */
function isTornFeed(outline: Open, data: string): boolean {
  if (outline.isFeed || !outline.isEmpty || outline.text === null) return false
  const text = outline.text + data
  const isWhole = text.includes('/>')
  outline.text = isWhole || text.length > maxTornLength ? null : text
  if (!isWhole) return false
  const written = text.matchAll(/\b(xmlUrl|htmlUrl)\s*=\s*"([^"\s]*)"/gi)
  for (const [, name = '', value = ''] of written) outline.attributes[name.toLowerCase()] = value
  return Boolean(outline.attributes.xmlurl)
}

function feedOf({ line, attributes }: Open, around: Open[]): ListedFeed {
  return {
    line,
    title: titleOf(attributes),
    feedUrl: withWebScheme(attributes.xmlurl ?? ''),
    homeUrl: attributes.htmlurl || null,
    language: attributes.language || null,
    categories: categoriesOf(attributes),
    folders: around.flatMap(({ folder }) => folder ?? []),
  }
}

const titleOf = ({ title, text }: Attributes) => title || text || ''

/** `feed:` in front of an address, or in place of its scheme, is how some readers ask to be opened. */
function withWebScheme(address: string): string {
  return address.replace(/^feed:(?:\/\/)?(?=https?:)/i, '').replace(/^feed:\/\//i, 'http://')
}

/** OPML 2.0: with commas between, and each a path of which the last part is the narrowest. */
function categoriesOf({ category = '' }: Attributes): string[] {
  const paths = category.split(',', maxCategories)
  return paths.flatMap((path) => path.split('/').at(-1)?.trim() || [])
}

function faultOf({ line, attributes }: Open): ListFault {
  const problem =
    attributes.type?.toLowerCase() === 'include'
      ? 'Refers to another list, which is not read.'
      : 'Has neither the address of a feed (`xmlUrl`) nor outlines inside.'
  return { line, title: titleOf(attributes), feedUrl: null, problem }
}

const cutOff = (line: number): ListFault => ({
  line,
  title: '',
  feedUrl: null,
  problem: 'The list is cut off here. What stands before was taken.',
})

const invalidOpml = (message: string) => invalidField('opml', message)

/** Lines are asked for in the order of the text, so that it is walked once. */
function lineCounter(text: string): (index: number) => number {
  let line = 1
  let end = text.indexOf('\n')
  return (index) => {
    for (; end !== -1 && end < index; end = text.indexOf('\n', end + 1)) line++
    return line
  }
}

/** The text of a list: by its byte order mark, else as HTTP or its first line say, else UTF-8. Throws `validation-failed`. */
export function decodeOpml(bytes: Uint8Array, charset?: string): string {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200))
  const declared = /^<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']/i.exec(start)?.[1]
  const label = markOf(start) ?? charset ?? declared ?? 'utf-8'
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    throw invalidOpml(`Is not written in ${label}.`)
  }
}

function markOf(start: string): string | undefined {
  if (start.startsWith('ï»¿')) return 'utf-8'
  if (start.startsWith('ÿþ')) return 'utf-16le'
  return start.startsWith('þÿ') ? 'utf-16be' : undefined
}
