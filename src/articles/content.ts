import render from 'dom-serializer'
import { type ChildNode, type Document, Element, isTag, isText } from 'domhandler'
import { textContent } from 'domutils'
import GithubSlugger from 'github-slugger'
import { Parser, parseDocument } from 'htmlparser2'
import sanitize from 'sanitize-html'
import type { z } from 'zod'
import { invalidField } from '../shared/failure.ts'
import type { TextTerms } from '../text-index/text-terms.ts'
import type { Heading } from './article.ts'
import { lengthOf } from './length.ts'

export type Content = {
  html: string
  text: string
  toc: z.infer<typeof Heading>[]
  wordCount: number
  readingMinutes: number
  /** Of it and of the title and summary beside it, where they were made with it. */
  terms?: TextTerms | undefined
}

const blocks = new Set(
  'address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)
const heading = /^h([1-6])$/

/** Explicit lists: what is not named here does not get in. Ids are ours (anchors of headings), classes and styles nobody's. */
const allowed: sanitize.IOptions = {
  allowedTags:
    'a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p picture pre q rp rt ruby s samp section small source span strong sub summary sup table tbody td tfoot th thead time tr u ul var video wbr'.split(
      ' ',
    ),
  allowedAttributes: {
    '*': ['lang', 'dir', 'title'],
    a: ['href', 'hreflang', 'rel'],
    img: ['src', 'alt', 'width', 'height', 'loading'],
    source: ['src', 'type', 'media'],
    audio: ['src', 'controls'],
    video: ['src', 'poster', 'controls', 'width', 'height'],
    blockquote: ['cite'],
    q: ['cite'],
    ol: ['start', 'reversed', 'type'],
    li: ['value'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan', 'scope'],
    time: ['datetime'],
    del: ['datetime', 'cite'],
    ins: ['datetime', 'cite'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'], audio: ['http', 'https'], video: ['http', 'https'] },
  allowedSchemesAppliedToAttributes: ['href', 'src', 'cite', 'poster'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noscript',
    'template',
    'xmp',
    'iframe',
    'noembed',
    'noframes',
    'title',
  ],
  nestingLimit: 100,
}

/** Depth is what costs: parsers and the sanitiser take time with its square. */
const maxDepth = 200
/** So few tags cannot nest deeply enough to matter, and need no look ahead. */
const tagsNotCounted = 1000

/**
 * What is kept and shown of a body: safe HTML with anchored headings, plain text, table of contents, length. Relative
 * addresses are made absolute against `base`. Throws `validation-failed` for what is nested too deeply.
 */
export function contentOf(
  body: { html: string } | { text: string } | null | undefined,
  base: string,
): Content {
  if (!body) return { html: '', text: '', toc: [], wordCount: 0, readingMinutes: 0 }
  if ('text' in body) {
    const text = body.text.replace(/\r\n?/g, '\n').trim()
    return { html: htmlOfText(text), text, toc: [], ...lengthOf(text) }
  }
  refuseDeepNesting(body.html)
  const safe = sanitize(body.html, { ...allowed, transformTags: { '*': absolute(base) } }).trim()
  const document = parseDocument(safe)
  const toc = anchorHeadings(document)
  const text = textOf(document)
  // Written anew only where anchors were set: the sanitiser's own output is already what we want.
  return {
    html: toc.length > 0 ? render(document, { encodeEntities: 'utf8' }) : safe,
    text,
    toc,
    ...lengthOf(text),
  }
}

/**
 * The same of an article that was exported. What was sent as text is made of its text again; all else is sanitised again, since it may
 * have been altered on its way.
 */
export function contentOfCopy({ html, text }: { html: string; text: string }, base: string): Content {
  const plain = contentOf({ text }, base)
  return plain.html === html ? plain : contentOf({ html }, base)
}

function refuseDeepNesting(html: string) {
  if (html.split('<', tagsNotCounted + 1).length <= tagsNotCounted) return
  let depth = 0
  let deepest = 0
  const parser = new Parser({
    onopentagname() {
      deepest = Math.max(deepest, ++depth)
      if (deepest > maxDepth) parser.pause()
    },
    onclosetag() {
      depth--
    },
  })
  // In slices, since a parser that is paused still takes in all it was given.
  for (let at = 0; at < html.length && deepest <= maxDepth; at += 4096)
    parser.write(html.slice(at, at + 4096))
  if (deepest > maxDepth) throw invalidField('body.html', `Elements are nested more than ${maxDepth} deep.`)
}

const addressAttributes = ['href', 'src', 'cite', 'poster']

/** A reader of this API is not at the page: addresses relative to it would lead nowhere. */
function absolute(base: string): sanitize.Transformer {
  return (tagName, attribs) => {
    for (const name of addressAttributes) {
      const address = attribs[name]
      if (address === undefined) continue
      const resolved = URL.parse(address, base)?.href
      if (resolved) attribs[name] = resolved
      else delete attribs[name]
    }
    if (tagName === 'a') attribs.rel = 'nofollow noopener'
    return { tagName, attribs }
  }
}

/**
 * Gives each heading an id made from its text, in any script, so that it stays when other parts change; the second of two
 * equal headings gets a number.
 */
function anchorHeadings(document: Document) {
  const slugger = new GithubSlugger()
  const toc: Content['toc'] = []
  for (const element of elementsOf(document)) {
    const level = Number(heading.exec(element.name)?.[1] ?? 0)
    const title = level ? textContent(element).replace(/\s+/g, ' ').trim() : ''
    if (!title) continue
    const anchor = slugger.slug(title) || slugger.slug('section')
    element.attribs.id = anchor
    toc.push({ anchor, level, title })
  }
  return toc
}

function* elementsOf(node: Document | ChildNode): Generator<Element> {
  if (!('children' in node)) return
  for (const child of node.children as ChildNode[]) {
    if (child instanceof Element) yield child
    yield* elementsOf(child)
  }
}

function textOf(document: Document): string {
  const parts: string[] = []
  collectText(document, false, parts)
  return parts
    .join('')
    .replace(/[ \t]*\n[ \t\n]*/g, '\n')
    .trim()
}

function collectText(node: Document | ChildNode, preformatted: boolean, parts: string[]) {
  if (isText(node)) {
    parts.push(preformatted ? node.data : node.data.replace(/\s+/g, ' '))
  } else if (isTag(node)) {
    if (node.name === 'br') parts.push('\n')
    if (node.name === 'td' || node.name === 'th') parts.push(' ')
    const block = blocks.has(node.name)
    if (block) parts.push('\n')
    for (const child of node.children) collectText(child, preformatted || node.name === 'pre', parts)
    if (block) parts.push('\n')
  } else if ('children' in node) {
    for (const child of node.children) collectText(child, preformatted, parts)
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function htmlOfText(text: string): string {
  if (!text) return ''
  const escaped = text.replace(/[&<>"]/g, (character) => entities[character] as string)
  return escaped
    .split(/\n\s*\n/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`)
    .join('\n')
}
