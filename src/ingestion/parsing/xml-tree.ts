import { type Handler, Parser } from 'htmlparser2'
import { outermostScope, type Scope, scopeWithin, usualName } from './namespaces.ts'
import { withReferencesRead } from './references.ts'

export type XmlElement = {
  /** In lower case, with the usual prefix of its namespace; `writtenName` is as it stands there. */
  name: string
  writtenName: string
  attributes: Record<string, string>
  children: (XmlElement | string)[]
  parent: XmlElement | undefined
  depth: number
  /** False where the document ends, or something else begins, before its end tag. */
  isWhole: boolean
  /** The entry that it seems to have ended by beginning in it. */
  interrupted: XmlElement | undefined
  scope: Scope
  /** Its child elements by their names, once somebody asked. */
  named: Map<string, XmlElement[]> | undefined
}

const sliceLength = 65_536
const referenceAtMost = 16
const depthAtMost = 512
const elementsAtMost = 500_000
/** How much may be left open that is not nested: the parser looks through it at every end tag. */
const openAtMost = 2048

/**
 * The tree of a document, however ill-formed. Entities of a DTD are not expanded; those of HTML stay as they are written.
 * Reading ends where there is too much of something, and `stoppedBy` says of what.
 */
export function xmlTree(text: string): { root: XmlElement; stoppedBy: string | undefined } {
  const { root, handler, stoppedBy } = growingTree()
  // References are read by the tree: one by one, as the parser does it, takes several times as long.
  const parser = new Parser(handler, { xmlMode: true, decodeEntities: false })
  // In slices, since a parser takes in all that it was given.
  for (let at = 0; at < text.length && !stoppedBy(); ) {
    const end = endOfSlice(text, at + sliceLength)
    parser.write(text.slice(at, end))
    at = end
  }
  if (!stoppedBy()) parser.end()
  return { root, stoppedBy: stoppedBy() }
}

/** Not within a reference: the parser gives on what it has of a text. */
function endOfSlice(text: string, at: number): number {
  const begun = text.lastIndexOf('&', at - 1)
  return at < text.length && at - begun < referenceAtMost ? begun : at
}

function growingTree() {
  const root = elementOf('', {}, undefined)
  let open = root
  let unclosed = 0
  let elements = 0
  let isLiteral = false
  let stoppedBy: string | undefined
  const handler: Partial<Handler> = {
    onopentag(name, attributes) {
      if (stoppedBy) return
      open = grow(open, elementOf(name, attributesRead(attributes), open))
      stoppedBy = limitReached(open.depth, ++elements, ++unclosed)
    },
    onclosetag(name, isImplied) {
      unclosed--
      const closed = stoppedBy ? undefined : nearest(open, (each) => each.writtenName === name)
      if (!closed?.parent) return
      // The parser implies the end of what closes itself, too.
      closed.isWhole = !isImplied || closed.children.length === 0
      open = isEmptyMarker(closed) ? withoutMarker(closed) : closed.parent
    },
    ontext(data) {
      if (!stoppedBy) addText(open, isLiteral ? data : withReferencesRead(data))
    },
    oncdatastart() {
      isLiteral = true
    },
    oncdataend() {
      isLiteral = false
    },
  }
  return { root, handler, stoppedBy: () => stoppedBy }
}

function grow(open: XmlElement, opened: XmlElement): XmlElement {
  const parent = parentOf(opened, open)
  if (entries.has(opened.name)) opened.interrupted = nearest(open, (each) => entries.has(each.name))
  opened.parent = parent
  opened.depth = parent.depth + 1
  parent.children.push(opened)
  return opened
}

function limitReached(depth: number, elements: number, unclosed: number): string | undefined {
  if (depth > depthAtMost) return `Elements are nested more than ${depthAtMost} deep.`
  if (elements > elementsAtMost) return `There are more than ${elementsAtMost} elements.`
  return unclosed > openAtMost ? `More than ${openAtMost} elements have no end.` : undefined
}

function attributesRead(attributes: Record<string, string>): Record<string, string> {
  for (const name in attributes) {
    const value = attributes[name] as string
    if (value.includes('&')) attributes[name] = withReferencesRead(value)
  }
  return attributes
}

function elementOf(
  writtenName: string,
  attributes: Record<string, string>,
  around: XmlElement | undefined,
): XmlElement {
  const scope = scopeWithin(around?.scope ?? outermostScope(), attributes)
  const name = usualName(scope, writtenName)
  return {
    name,
    writtenName,
    attributes,
    children: [],
    parent: around,
    depth: 0,
    isWhole: false,
    interrupted: undefined,
    named: undefined,
    scope,
  }
}

const entries = new Set(['item', 'entry', 'atom:entry'])
const texts = new Set('description content:encoded atom:title atom:summary atom:content'.split(' '))
const lines = new Set('title link guid pubdate author comments category dc:creator dc:date'.split(' '))
/** What begins nowhere but in an entry: within a text, the end tag of the text is missing. */
const membersOfEntries = new Set(
  'guid pubdate description comments category content:encoded dc:creator dc:date atom:id atom:updated atom:published atom:link atom:author atom:category feedburner:origlink pheedo:origlink'.split(
    ' ',
  ),
)

/** `<item/>` within an item, as some services write it: it is no item, and ends none. */
function isEmptyMarker({ interrupted, children }: XmlElement): boolean {
  return interrupted !== undefined && children.length === 0
}

function withoutMarker({ parent, interrupted }: XmlElement): XmlElement {
  parent?.children.pop()
  return interrupted as XmlElement
}

/** Where an element belongs: in what is open, or behind it where its end tag is missing. */
function parentOf(opened: XmlElement, open: XmlElement): XmlElement {
  if (entries.has(opened.name)) {
    return nearest(open, (each) => each.name === opened.name)?.parent ?? open
  }
  if (membersOfEntries.has(opened.name) || isLinkOfRss(opened)) {
    const unclosed = nearest(open, (each) => texts.has(each.name) || lines.has(each.name))
    return unclosed?.parent ?? open
  }
  return opened.name === 'title' && lines.has(open.name) && open.parent ? open.parent : open
}

/** One with attributes may be HTML. */
function isLinkOfRss({ name, attributes }: XmlElement): boolean {
  return name === 'link' && Object.keys(attributes).length === 0
}

function nearest(from: XmlElement, test: (element: XmlElement) => boolean): XmlElement | undefined {
  let at: XmlElement | undefined = from
  while (at && !test(at)) at = at.parent
  return at
}

function addText(element: XmlElement, data: string) {
  const last = element.children.length - 1
  if (typeof element.children[last] === 'string') element.children[last] += data
  else element.children.push(data)
}

/** The first child that has something in it, of the first of these names that has one. */
export function child(element: XmlElement, ...names: string[]): XmlElement | undefined {
  for (const name of names) {
    const found = childrenNamed(element, name).find((each) => !isEmpty(each))
    if (found) return found
  }
  return undefined
}

function isEmpty(element: XmlElement): boolean {
  if (element.children.some((each) => typeof each !== 'string' || each.trim() !== '')) return false
  for (const _ in element.attributes) return false
  return true
}

export function children(element: XmlElement, ...names: string[]): XmlElement[] {
  const [first = '', ...others] = names
  if (others.length === 0) return childrenNamed(element, first)
  return names.flatMap((name) => childrenNamed(element, name))
}

const none: XmlElement[] = []

function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  element.named ??= Map.groupBy(
    element.children.filter((each) => typeof each !== 'string'),
    (each) => each.name,
  )
  return element.named.get(name) ?? none
}

/** The text of an element and of all in it, as it is written, without the space around it. */
export function textOf(element: XmlElement | undefined): string {
  if (!element) return ''
  return element.children
    .map((each) => (typeof each === 'string' ? each : textOf(each)))
    .join('')
    .trim()
}

/** The text of the first of these children that has one. */
export function textOfChild(element: XmlElement, ...names: string[]): string {
  for (const name of names) {
    for (const each of childrenNamed(element, name)) {
      const text = textOf(each)
      if (text) return text
    }
  }
  return ''
}

/** What an attribute says for an element, its own or that of what is around it; '' where nothing does. */
export function inherited(element: XmlElement, name: 'xml:lang'): string {
  return nearest(element, (each) => each.attributes[name] !== undefined)?.attributes[name]?.trim() ?? ''
}
