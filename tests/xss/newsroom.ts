import type { Payload, Stored } from '../../eval/inert/payloads.ts'
import type { Standalone } from '../support/standalone.ts'

/** As much of a text as a member of one line takes. */
const lineOf = (text: string, length: number) =>
  [...text.replace(/[\p{Cc}\p{Cs}]/gu, ' ')].slice(0, length).join('').trim()

const bySource = 100

/**
 * Stores every text as an article whose body, title, summary, credit and author it is, below sources and tags that are called by
 * such texts, too. A licence lets feeds give the whole text. Answers how many were taken.
 */
export async function fillNewsroom({ ask }: Standalone, payloads: Payload[]): Promise<number> {
  const raws = [...new Set(payloads.map(({ raw }) => raw))].filter((raw) => lineOf(raw, 100) !== '')
  let taken = 0
  for (let start = 0; start < raws.length; start += bySource) {
    const [slice, name] = [raws.slice(start, start + bySource), lineOf(raws[start] as string, 90)]
    const slug = `herons-${start}`
    await ask('POST', '/v1/tags', { slug, name, names: { en: name, zh: name }, description: name })
    const home = `https://news-${start}.example/`
    const source = await ask('POST', '/v1/sources', {
      name,
      homeUrl: home,
      feedUrl: `${home}?a="><script>alert(1)</script>`.replace(/\s/g, ''),
      state: 'paused',
    })
    if (source.status !== 201) throw new Error(`No source could be made: ${source.text}`)
    const lines = slice.map((raw, index) => lineFor(raw, start + index, { slug, sourceId: source.body.id }))
    const imported = await ask('POST', '/v1/articles/import', lines.join('\n'), 'application/x-ndjson')
    if (imported.status !== 200) throw new Error(`Nothing could be imported: ${imported.text}`)
    const answers = imported.text.trim().split('\n')
    const refused = answers.filter((answer) => !answer.includes('"created"'))
    taken += answers.length - refused.length
    for (const answer of refused) console.log(`  not taken: ${answer.slice(0, 300)}`)
  }
  return taken
}

function lineFor(
  raw: string,
  number: number,
  { slug, sourceId }: { slug: string; sourceId: string },
): string {
  return JSON.stringify({
    sourceId,
    url: `https://news.example/${number}`,
    title: `Heron ${lineOf(raw, 900)}`,
    summary: `Heron ${lineOf(raw, 5000)}`,
    publishedAt: new Date(Date.UTC(2026, 10, 1) + number * 60_000).toISOString(),
    language: 'en',
    authors: [{ name: lineOf(raw, 190) }],
    attribution: { text: lineOf(raw, 1900), rightsHolder: lineOf(raw, 290), licence: 'CC-BY-4.0' },
    tags: [slug],
    body: { html: `<p>The heron left.</p>${raw.toWellFormed().replaceAll('\0', '')}` },
  })
}

/** The pages of a list behind one another, as their bodies. */
export async function readPages({ ask }: Standalone, path: string): Promise<string[]> {
  const texts: string[] = []
  for (let next: string | undefined = path; next; ) {
    const { status, text, headers } = await ask('GET', next)
    if (status !== 200) throw new Error(`${next} answered ${status}: ${text}`)
    texts.push(text)
    const link = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1]
    next =
      link &&
      new URL(link, 'http://newsroom.example').pathname + new URL(link, 'http://newsroom.example').search
  }
  return texts
}

/** What a page of a partner shows: titles and summaries as text, the rest as the HTML that the API says it is. */
export async function textsOfApi(newsroom: Standalone): Promise<Stored[]> {
  const [exported = ''] = await readPages(newsroom, '/v1/articles/export')
  const articles = exported
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const texts = articles.map(({ title, summary, body }) => ({
    title,
    summary: summary ?? '',
    html: body?.html ?? '',
  }))
  const found = await readPages(newsroom, '/v1/articles?q=heron&highlight=true&limit=100')
  const marked = found.flatMap((text) =>
    JSON.parse(text).data.map(({ highlight = {} }) => {
      const { title, summary, body } = highlight as Record<string, { html: string } | null>
      return {
        title: '',
        summary: '',
        html: [title, summary, body].map((one) => one?.html ?? '').join('<br>'),
      }
    }),
  )
  return [...texts, ...marked]
}
