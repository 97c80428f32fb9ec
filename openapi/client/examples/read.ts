import { createNewsweave, ProblemError, unwrap } from '@newsweave/client'

const { NEWSWEAVE_URL = 'http://127.0.0.1:3000', NEWSWEAVE_KEY: key } = process.env
const news = createNewsweave({ baseUrl: NEWSWEAVE_URL, ...(key && { key }) })

// One request, typed by its path: `data` and `error` as openapi-fetch has them, or unwrapped.
const newest = await unwrap(news.GET('/v1/articles', { params: { query: { limit: 3 } } }))
for (const article of newest.data) console.log(`${article.publishedAt} ${article.title}`)

// A whole list, page by page as it is asked for.
let articles = 0
for await (const article of news.items('/v1/articles', { params: { query: { language: ['en'] } } })) {
  if (article.attribution.text) articles++
}
console.log(`${articles} articles are in English.`)

try {
  await unwrap(news.GET('/v1/articles/{id}', { params: { path: { id: 'no-such-article' } } }))
} catch (error) {
  if (!(error instanceof ProblemError) || error.code !== 'not-found') throw error
  console.log(`As expected: ${error.problem.detail}`)
}
