import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { type Element, isTag, type ParentNode } from 'domhandler'
import { getElementsByTagName, textContent } from 'domutils'
import { parseDocument } from 'htmlparser2'
import { beforeAll, describe, expect, it } from 'vitest'
import { addArticle } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { type Engine, engines } from '../support/engines.ts'
import { hasProgram } from '../support/programs.ts'
import { checkWellFormed } from './documents.ts'
import { fillNewsroom } from './newsroom.ts'

const withXmllint = hasProgram('xmllint', 'libxml2-utils')
const addresses = [
  'articles.FORMAT',
  'articles.FORMAT?content=full&limit=1',
  'articles.FORMAT?content=summary',
  'articles.FORMAT?archive=2026-11',
  'articles.FORMAT?q=heron%20OR%20%22a%26b%3Cc%22&language=en',
  'articles.FORMAT?tagsAll=nothing',
  'stories.FORMAT',
  'stories.FORMAT?minSources=9',
]
let api: Api

beforeAll(async () => {
  api = await startApi(await (engines[0] as Engine).open(), { websubHub: 'https://hub.example/?a=1&b=2' })
  const { lighthouse, open, closed } = await fillNewsroom(api)
  for (let count = 1; count < 5; count++)
    await addArticle(api, lighthouse, { publishedAt: `2026-10-0${count}T00:00:00Z`, summary: 'A heron.' })
  await api.post('/v1/stories', { body: { articleIds: [open.id, closed.id] } })
})

const read = async (address: string, format: string) =>
  (await api.get(`/v1/feeds/${address.replace('FORMAT', format)}`)).body
const tree = (text: string) => parseDocument(text, { xmlMode: true })
const below = (node: ParentNode, name: string) =>
  node.children.filter(isTag).filter((child) => child.name === name)
const one = (node: ParentNode, name: string): Element => {
  const [found, second] = below(node, name)
  if (!found || second) throw new Error(`There is not one ${name}.`)
  return found
}
const text = (node: ParentNode, name: string) => textContent(one(node, name))
const isAbsolute = (url: string | undefined) =>
  /^https?:\/\/[\x21-\x7e]+$/.test(url ?? '') && URL.canParse(url ?? '')
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** No letter that XML has not, and no markup that a reader could take for an address of its own. */
function checkHtml(html: string): void {
  for (const [, url] of html.matchAll(/(?:href|src)="([^"]*)"/g)) expect(url).toMatch(/^(https?|mailto):/)
  expect(html).not.toMatch(/<script|\son\w+=/i)
}

describe.each(addresses)('%s', (address) => {
  // RFC 4287, section 4, and what the feed validator of the W3C asks beyond it.
  it('is Atom', async () => {
    const document = String(await read(address, 'atom'))
    if (withXmllint) checkWellFormed(document)
    const feed = one(tree(document), 'feed')
    expect(feed.attribs.xmlns).toBe('http://www.w3.org/2005/Atom')
    expect(isAbsolute(text(feed, 'id'))).toBe(true)
    expect(text(feed, 'title')).not.toBe('')
    expect(text(feed, 'updated')).toMatch(dateTime)
    checkLinks(below(feed, 'link'))
    expect(below(feed, 'link').filter(({ attribs }) => attribs.rel === 'self')).toHaveLength(1)
    const entries = below(feed, 'entry')
    for (const entry of entries) checkEntry(entry)
    const ids = entries.map((entry) => text(entry, 'id'))
    expect(new Set(ids).size).toBe(ids.length)
  })

  // The RSS specification 2.0.11 and the best practices profile of the RSS Advisory Board.
  it('is RSS', async () => {
    const document = String(await read(address, 'rss'))
    if (withXmllint) checkWellFormed(document)
    const rss = one(tree(document), 'rss')
    expect(rss.attribs.version).toBe('2.0')
    const channel = one(rss, 'channel')
    expect(text(channel, 'title')).not.toBe('')
    expect(text(channel, 'description')).not.toBe('')
    expect(isAbsolute(text(channel, 'link'))).toBe(true)
    checkDate(text(channel, 'lastBuildDate'))
    const self = below(channel, 'atom:link').filter(({ attribs }) => attribs.rel === 'self')
    expect(self.map(({ attribs }) => attribs.type)).toEqual(['application/rss+xml'])
    expect(isAbsolute(self[0]?.attribs.href)).toBe(true)
    const items = below(channel, 'item')
    for (const item of items) checkItem(item)
    const guids = items.map((item) => text(item, 'guid'))
    expect(new Set(guids).size).toBe(guids.length)
  })

  it('is JSON Feed 1.1', async () => {
    const document = await read(address, 'json')
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
    const ids = document.items.map(({ id }: { id: string }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { content_html: html } of document.items) if (html) checkHtml(html)
  })
})

it('the list of tags is OPML 2.0', async () => {
  const document = String(await read('tags.opml', ''))
  if (withXmllint) checkWellFormed(document)
  const opml = one(tree(document), 'opml')
  expect(opml.attribs.version).toBe('2.0')
  expect(text(one(opml, 'head'), 'title')).toBe('Newsweave: tags')
  const outlines = getElementsByTagName('outline', one(opml, 'body'))
  expect(outlines.length).toBeGreaterThan(0)
  for (const { attribs } of outlines) {
    expect(attribs).toMatchObject({ type: 'rss', text: expect.stringMatching(/./) })
    expect(isAbsolute(attribs.xmlUrl)).toBe(true)
  }
})

function checkLinks(links: Element[]): void {
  for (const { attribs } of links) expect(isAbsolute(attribs.href), attribs.href).toBe(true)
  const alternates = links.filter(({ attribs }) => attribs.rel === 'alternate')
  const kinds = alternates.map(({ attribs }) => `${attribs.type} ${attribs.hreflang}`)
  expect(new Set(kinds).size).toBe(kinds.length)
}

function checkEntry(entry: Element): void {
  expect(text(entry, 'id')).toMatch(/^urn:uuid:[0-9a-f-]{36}$/)
  expect(text(entry, 'title')).not.toBe('')
  for (const name of ['published', 'updated']) expect(text(entry, name)).toMatch(dateTime)
  expect(below(entry, 'author').length).toBeGreaterThan(0)
  for (const person of [...below(entry, 'author'), ...below(entry, 'contributor')]) {
    expect(text(person, 'name')).not.toBe('')
    for (const uri of below(person, 'uri')) expect(isAbsolute(textContent(uri))).toBe(true)
  }
  checkLinks(below(entry, 'link'))
  expect(below(entry, 'link').map(({ attribs }) => attribs.rel)).toContain('alternate')
  expect(text(entry, 'rights')).not.toBe('')
  const source = one(entry, 'source')
  for (const name of ['id', 'title', 'updated']) expect(text(source, name)).not.toBe('')
  for (const category of below(entry, 'category')) expect(category.attribs.term).not.toBe('')
  for (const content of below(entry, 'content')) {
    expect(content.attribs.type).toBe('html')
    checkHtml(textContent(content))
  }
}

function checkItem(item: Element): void {
  expect(text(item, 'title')).not.toBe('')
  expect(isAbsolute(text(item, 'link'))).toBe(true)
  expect(one(item, 'guid').attribs.isPermaLink).toBe('false')
  checkDate(text(item, 'pubDate'))
  expect(isAbsolute(one(item, 'source').attribs.url)).toBe(true)
  expect(text(item, 'dc:rights')).not.toBe('')
  expect(below(item, 'enclosure')).toEqual([])
  for (const image of below(item, 'media:content')) expect(isAbsolute(image.attribs.url)).toBe(true)
  for (const content of below(item, 'content:encoded')) checkHtml(textContent(content))
}

/** RFC 822 with four digits of the year, and the day of the week that it is. */
function checkDate(date: string): void {
  expect(date).toMatch(
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
  )
  expect(new Date(date).toUTCString()).toBe(date)
}

const url = { type: 'string', format: 'uri', pattern: '^https?://' }
const line = { type: 'string', minLength: 1 }
const author = {
  type: 'object',
  properties: { name: line, url, avatar: url },
  minProperties: 1,
  additionalProperties: false,
}
const time = { type: 'string', format: 'date-time' }

/** The rules of https://www.jsonfeed.org/version/1.1/: members of its own are known, extensions begin with `_`. */
const schema = {
  type: 'object',
  required: ['version', 'title', 'items'],
  properties: {
    version: { const: 'https://jsonfeed.org/version/1.1' },
    title: line,
    home_page_url: url,
    feed_url: url,
    description: line,
    next_url: url,
    language: line,
    hubs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'url'],
        properties: { type: line, url },
        additionalProperties: false,
      },
    },
    items: { type: 'array', items: { $ref: '#/definitions/item' } },
  },
  patternProperties: { '^_[a-z]': { type: 'object' } },
  additionalProperties: false,
  definitions: {
    item: {
      type: 'object',
      required: ['id'],
      anyOf: [{ required: ['content_html'] }, { required: ['content_text'] }],
      properties: {
        id: line,
        url,
        title: line,
        content_html: line,
        content_text: line,
        summary: line,
        image: url,
        date_published: time,
        date_modified: time,
        authors: { type: 'array', items: author },
        tags: { type: 'array', items: line },
        language: line,
      },
      patternProperties: { '^_[a-z]': { type: 'object' } },
      additionalProperties: false,
    },
  },
}
const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)
const validate = ajv.compile(schema)
