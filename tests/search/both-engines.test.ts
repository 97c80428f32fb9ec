import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { importArticles } from '../../src/articles/import.ts'
import { termsOf } from '../../src/text-index/terms.ts'
import { addSource, allIds } from '../articles/newsroom.ts'
import { type Api, startApi } from '../support/api.ts'
import { engines } from '../support/engines.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const files = ['relevance/zh-articles.jsonl', 'relevance/en-captures.jsonl']
/** More of both take most of a minute: `npm run test:long`. */
const [articlesOfEach, queryCount] = process.env.LONG ? [700, 200] : [200, 100]

type Captured = { id: string; title: string; body: string; ts?: number; date?: string }

async function captures(): Promise<Captured[]> {
  const texts = await Promise.all(files.map((file) => readFile(sharedData(file), 'utf8')))
  return texts.flatMap((text) =>
    text
      .trim()
      .split('\n')
      .map((line): Captured => JSON.parse(line))
      .filter(({ title, body }) => title && body)
      .slice(0, articlesOfEach),
  )
}

async function filled(articles: Captured[]): Promise<Api[]> {
  return Promise.all(
    engines.map(async (engine) => {
      const database = await engine.open()
      const api = await startApi(database)
      const sourceId = await addSource(api)
      const lines = articles.map(({ id, title, body, ts, date }) =>
        JSON.stringify({
          sourceId,
          externalId: id,
          url: `https://captured.example/${id}`,
          title: title.slice(0, 500),
          publishedAt: new Date(ts ? ts * 1000 : (date ?? 0)).toISOString(),
          body: { text: body },
        }),
      )
      const bytes = Readable.from(lines.map((line) => Buffer.from(`${line}\n`)))
      for await (const results of importArticles(database, bytes))
        expect(results.filter(({ status }) => status !== 'created')).toEqual([])
      return api
    }),
  )
}

/** Queries of every kind, made of words that are in the titles, so that most find something. */
function queriesOf(articles: Captured[]): string[] {
  const words = fc.constantFrom(...articles.flatMap(({ title }) => wordsOf(title)))
  const leaf = fc.oneof(
    { weight: 5, arbitrary: words },
    fc.tuple(words, words).map(([first, second]) => `"${first} ${second}"`),
    words.map((word) => `title:${word}`),
    words.filter((word) => /^[a-z]{4,}$/i.test(word)).map((word) => `${word.slice(0, 3)}*`),
  )
  const query = fc.oneof(
    { weight: 3, arbitrary: leaf },
    fc.tuple(leaf, leaf).map(([first, second]) => `${first} ${second}`),
    fc.tuple(leaf, leaf).map(([first, second]) => `${first} OR ${second}`),
    fc.tuple(leaf, leaf).map(([first, second]) => `${first} -${second}`),
    fc.tuple(leaf, leaf, leaf).map(([first, second, third]) => `(${first} OR ${second}) ${third}`),
  )
  return fc.sample(query, { numRuns: queryCount, seed: 2026 })
}

/** Two or three Han characters from somewhere in a run, a single one now and then, and whole words of Latin. */
function wordsOf(title: string): string[] {
  return termsOf(title).flatMap(({ text, loose }, index) => (loose && index % 7 > 0 ? [] : [text]))
}

describeWithSharedData('real articles in two languages', files, () => {
  it('are found by all kinds of queries alike on both engines, in the same order', {
    timeout: 300_000,
  }, async () => {
    const articles = await captures()
    const [first, second] = (await filled(articles)) as [Api, Api]
    let finding = 0
    for (const text of queriesOf(articles)) {
      for (const sort of ['newest', 'relevance']) {
        const url = `/v1/articles?q=${encodeURIComponent(text)}&sort=${sort}&limit=100&fields=externalId`
        const found = await Promise.all([externalIds(first, url), externalIds(second, url)])
        expect(found[1], `${text} ${sort}`).toEqual(found[0])
        if (found[0].length > 0) finding++
      }
    }
    expect(finding).toBeGreaterThan(queryCount)
  })
})

async function externalIds(api: Api, url: string): Promise<string[]> {
  const ids = new Map<string, string>()
  const reader = {
    async get(page: string) {
      const answer = await api.get(page.replace('fields=externalId', 'fields=id,externalId'))
      for (const { id, externalId } of answer.body.data ?? []) ids.set(id, externalId)
      return answer
    },
  }
  return (await allIds(reader, url)).map((id) => ids.get(id) ?? '')
}
