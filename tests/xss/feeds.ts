import { getElementsByTagName, textContent } from 'domutils'
import { parseDocument } from 'htmlparser2'
import type { Stored } from '../../eval/inert/payloads.ts'
import type { Standalone } from '../support/standalone.ts'
import { readPages } from './newsroom.ts'

/** What a reader shows of our feeds, in each format: the content as HTML, as its format says, and the title as text. */
export async function textsOfFeeds(newsroom: Standalone): Promise<Stored[]> {
  const pages = async (format: string) =>
    readPages(newsroom, `/v1/feeds/articles.${format}?content=full&limit=100`)
  const [rss, atom, json] = await Promise.all(['rss', 'atom', 'json'].map(pages))
  return [
    ...(rss ?? []).flatMap((text) => ofXml(text, 'item', ['description', 'content:encoded'], 'title')),
    ...(atom ?? []).flatMap((text) => ofXml(text, 'entry', ['content'], 'title')),
    ...(json ?? []).flatMap(ofJson),
  ]
}

function ofXml(text: string, item: string, html: string[], title: string): Stored[] {
  const document = parseDocument(text, { xmlMode: true, decodeEntities: true })
  return getElementsByTagName(item, document).map((element) => {
    const textOf = (name: string) => textContent(getElementsByTagName(name, element, false))
    return { html: html.map(textOf).join('\n'), title: textOf(title), summary: textOf('summary') }
  })
}

function ofJson(text: string): Stored[] {
  type Item = { title: string; summary?: string; content_html?: string }
  return (JSON.parse(text).items as Item[]).map(({ title, summary = '', content_html: html = '' }) => ({
    title,
    summary,
    html,
  }))
}
