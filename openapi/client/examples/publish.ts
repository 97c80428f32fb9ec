import { createNewsweave, unwrap } from '@newsweave/client'

const { NEWSWEAVE_URL = 'http://127.0.0.1:3000', NEWSWEAVE_KEY: key } = process.env
if (!key) throw new Error('NEWSWEAVE_KEY needs a key with the scopes articles:write and sources:write.')
const news = createNewsweave({ baseUrl: NEWSWEAVE_URL, key })

const home = { name: 'Harbour Wire', homeUrl: 'https://harbour.example/' }
const source = await unwrap(news.POST('/v1/sources', { body: home }))

// Under your own id an article is made, or brought up to date where it is there.
const article = await unwrap(
  news.PUT('/v1/sources/{id}/articles/{externalId}', {
    params: { path: { id: source.id, externalId: 'ferry-1' } },
    body: {
      url: 'https://harbour.example/ferry-1',
      title: 'An electric ferry crosses the strait',
      publishedAt: '2026-11-20T07:30:00Z',
      body: { text: 'The ferry needed forty minutes and no fuel.' },
    },
  }),
)
console.log(`Published ${article.id}`)

function* archive() {
  for (let number = 1; number <= 600; number++) {
    yield {
      sourceId: source.id,
      externalId: `archive-${number}`,
      url: `https://harbour.example/archive/${number}`,
      title: `From the archive, part ${number}`,
      publishedAt: '2020-01-01T00:00:00Z',
    }
  }
}

// Any number of articles, from anything that can be iterated. A line that is wrong fails alone.
let imported = 0
for await (const { line, status, problem } of news.importArticles(archive())) {
  if (status === 'failed') console.error(`Line ${line}: ${problem?.detail}`)
  else imported++
}
console.log(`Imported ${imported} articles`)
