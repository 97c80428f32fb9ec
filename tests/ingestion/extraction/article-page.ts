import { extractPage } from '../../../src/ingestion/extraction/extract-page.ts'

export const url = 'https://daily.lighthouse.example/2026/11/20/harbour'
export const now = new Date('2026-11-23T12:00:00Z')

const sentence =
  'The harbour office, which had been closed for years, opened its doors again, and many came to see it. '
export const paragraphs = Array.from(
  { length: 6 },
  (_, at) => `<p>Part ${at + 1}. ${sentence.repeat(3)}</p>`,
).join('')
const hanSentence =
  '渡口的老码头关闭多年之后，终于在周一重新开放，附近的居民都赶来参观，也有人专程从外地过来。'
export const hanParagraphs = Array.from(
  { length: 6 },
  (_, at) => `<p>第${at + 1}段。${hanSentence.repeat(3)}</p>`,
).join('')

type Parts = {
  head?: string
  before?: string
  body?: string
  after?: string
  address?: string
  zone?: string | null
}

/** What is made of an invented page with these parts. */
export function read({
  head = '',
  before = '',
  body = paragraphs,
  after = '',
  address = url,
  zone = null,
}: Parts) {
  const html = `<!doctype html><html><head>${head}</head><body><main><article>${before}<div>${body}</div>${after}</article></main></body></html>`
  return extractPage(html, { url: address, zone, now })
}
