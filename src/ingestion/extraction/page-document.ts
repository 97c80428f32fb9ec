import { DOMParser } from 'linkedom'
import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  parse,
  type TreeAdapter,
} from 'parse5'
import { maxCharacters, maxDepth, maxElements, tooDeep, tooLong, tooMany } from './page-bounds.ts'
import { makeNodesQuiet } from './quiet-nodes.ts'

makeNodesQuiet()

/** As much of the DOM as is used here; the compiler is not told of browsers. */
export type PageNode = {
  nodeType: number
  textContent: string
  parentElement: PageElement | null
  nextSibling: PageNode | null
  remove(): void
}

export type PageElement = PageNode & {
  localName: string
  childNodes: PageNode[]
  children: PageElement[]
  innerHTML: string
  className: string
  id: string
  getAttribute(name: string): string | null
  setAttribute(name: string, value: string): void
  hasAttribute(name: string): boolean
  contains(other: PageNode): boolean
  prepend(node: PageNode): void
  append(node: PageNode): void
  appendChild(node: PageNode): void
  querySelector(selector: string): PageElement | null
  querySelectorAll(selector: string): PageElement[]
  getElementsByTagName(name: string): PageElement[]
}

export type PageDocument = PageElement & {
  documentElement: PageElement
  head: PageElement
  body: PageElement
  createElement(name: string): PageElement
  createTextNode(text: string): PageNode
}

/** A page that a parser would make far more of than stands in it. */
export class PageTooMuchError extends Error {}

/**
 * The tree that browsers make of a page, with its addresses relative to `url`. parse5 alone knows where browsers close and move
 * elements, and linkedom is the tree that Readability works on. Throws PageTooMuchError.
 */
export function documentOf(html: string, url: string): PageDocument {
  if (html.length > maxCharacters) throw new PageTooMuchError(tooLong)
  const document = emptyDocument()
  // Without scripting, so that images for readers without it are elements and not text.
  const page = parse(html, { treeAdapter: boundedAdapter(), scriptingEnabled: false })
  const root = page.childNodes.find(isElement)
  if (root) document.append(copied(document, root, 0))
  const base = document.createElement('base')
  base.setAttribute('href', baseOf(document, url))
  document.head.prepend(base)
  bases.set(document, base.getAttribute('href') ?? url)
  return document
}

/** What addresses in a page are relative to. */
const bases = new WeakMap<PageDocument, string>()

function emptyDocument(): PageDocument {
  const document = new DOMParser().parseFromString('<!doctype html>', 'text/html') as unknown as PageDocument
  const create = document.createElement.bind(document)
  // As browsers do in HTML: Readability asks for DIV.
  document.createElement = (name) => create(name.toLowerCase())
  return document
}

/**
 * Stops at the bounds while the page is parsed. Elements that are not closed are opened anew in each paragraph, so that a small
 * page can make millions, and what is nested too deeply takes time with the square of its depth.
 */
function boundedAdapter(): TreeAdapter<DefaultTreeAdapterMap> {
  let elements = 0
  const depths = new Map<DefaultTreeAdapterMap['node'], number>()
  return {
    ...defaultTreeAdapter,
    createElement(...element) {
      if (++elements > maxElements) throw new PageTooMuchError(tooMany)
      return defaultTreeAdapter.createElement(...element)
    },
    appendChild(parent, child) {
      const depth = (depths.get(parent) ?? 0) + 1
      if (depth > maxDepth) throw new PageTooMuchError(tooDeep)
      if (isElement(child)) depths.set(child, depth)
      defaultTreeAdapter.appendChild(parent, child)
    },
  }
}

const isElement = (node: DefaultTreeAdapterMap['node']): node is DefaultTreeAdapterTypes.Element =>
  'tagName' in node

/** Nodes and attributes are what a tree costs, and most of them say nothing to a reader: pictures alone keep all of theirs. */
const leftOut = new Set(['style', 'template', 'svg', 'select', 'canvas'])
const wholly = new Set(
  'html base meta link time img picture source figure video audio iframe embed object script'.split(' '),
)
const attributesKept = new Set(
  'id class href rel title lang dir style hidden role aria-hidden aria-modal itemprop itemscope itemtype datetime content cite colspan rowspan start align'.split(
    ' ',
  ),
)

function copied(
  document: PageDocument,
  element: DefaultTreeAdapterTypes.Element,
  depth: number,
): PageElement {
  if (depth > maxDepth) throw new PageTooMuchError(tooDeep)
  const copy = document.createElement(element.tagName)
  const keepsAll = wholly.has(element.tagName)
  for (const { name, value } of element.attrs)
    if (keepsAll || attributesKept.has(name)) copy.setAttribute(name, value)
  // White space at the start of a block and after one is never shown, and would be every third node.
  let isAtEdge = blockNames.has(element.tagName)
  for (const child of element.childNodes) {
    if (isElement(child)) {
      if (!isLeftOut(child)) copy.appendChild(copied(document, child, depth + 1))
      isAtEdge = blockNames.has(child.tagName)
    } else if ('value' in child && !(isAtEdge && /^\s*$/.test(child.value))) {
      copy.appendChild(document.createTextNode(child.value))
      isAtEdge = false
    }
  }
  return copy
}

export const blockNames = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p section table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)

function isLeftOut({ tagName, attrs }: DefaultTreeAdapterTypes.Element): boolean {
  if (tagName === 'script')
    return !attrs.some(({ name, value }) => name === 'type' && /ld\+json/i.test(value))
  return leftOut.has(tagName)
}

function baseOf(document: PageDocument, url: string): string {
  const named = document.querySelector('base[href]')?.getAttribute('href')
  return (named && URL.parse(named, url)?.href) || url
}

/** An address of a page made absolute; `undefined` for what is none on the web. */
export function absoluteUrl(document: PageDocument, address: string | null | undefined): string | undefined {
  const url = address?.trim() ? URL.parse(address.trim(), bases.get(document)) : null
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined
}

/** Text on one line. */
export function lineOf(node: { textContent: string } | null | undefined): string {
  return line(node?.textContent)
}

export function line(text: string | null | undefined): string {
  return (text ?? '').replace(/[\s\u200b\ufeff]+/g, ' ').trim()
}

export const isElementNode = (node: PageNode): node is PageElement => node.nodeType === 1
