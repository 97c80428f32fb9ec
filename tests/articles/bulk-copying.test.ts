import { expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { loadSample } from '../../src/main/sample.ts'
import { addKey } from '../partners/keyring.ts'
import { type Api, startApi } from '../support/api.ts'
import { type Engine, engines, onEveryEngine } from '../support/engines.ts'
import { emptyFolder } from '../support/newsweave.ts'
import { runCommand } from '../support/run-command.ts'
import { importLines, parsedLines } from './bulk-lines.ts'
import { addArticle, addSource, addTag } from './newsroom.ts'

/** What a copy does not take over: the count of its changes and their time, and what is found out about articles. */
const ofItsOwn = ['revision', 'updatedAt', 'story', 'duplicateOf', 'alsoIn']

const exported = async (api: Api, query = 'state=all') =>
  (await api.get(`/v1/articles/export?${query}`)).bytes.toString()

function copied(text: string): Record<string, unknown>[] {
  return parsedLines(text).map((article) => {
    const { translationOf, ...rest } = article
    const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !ofItsOwn.includes(name)))
    return { ...own, translationOf: translationOf?.method === 'computed' ? null : translationOf }
  })
}

/** A newsroom with everything that an export may show. */
async function addEverything(api: Api, database: Database) {
  await loadSample(database)
  const sourceId = await addSource(api, {
    name: 'Quarry',
    attributionTemplate: '{author} at {source}: {url}',
  })
  await addTag(api, 'open-source', { name: 'Open source' })
  const written = await addArticle(api, sourceId, {
    tags: ['open-source'],
    authors: [
      { name: 'Mara Quill' },
      { name: 'Ivo Renn', role: 'translator', url: 'https://quarry.example/ivo' },
    ],
    body: { text: 'One line\nand another.\n\nA paragraph   of <its> own.' },
    imageUrl: 'https://quarry.example/a.png',
    canonicalUrl: 'https://other.example/a',
    publishedAt: '2026-10-01T00:00:00Z',
  })
  await addArticle(api, sourceId, {
    body: {
      html: '<h2>Häuser &amp; more</h2><p>a<br>b <a href="/rel?x=1&y=2">link</a></p><h2>Häuser &amp; more</h2><pre>\n  x  &lt;y&gt;\n</pre><table><tr><td>1</td></tr></table><p>日本語<ruby>字<rt>じ</rt></ruby></p>',
    },
    attribution: { text: 'Of its own', licence: 'CC-BY-4.0', required: false },
    publishedAt: '2026-10-02T00:00:00Z',
  })
  await addArticle(api, sourceId, {
    translationOf: { articleId: written.id },
    publishedAt: '2026-10-03T00:00:00Z',
  })
  await addArticle(api, sourceId, { translationOf: { url: 'https://nowhere.example/' }, externalId: 'x-1' })
  await addArticle(api, sourceId, { state: 'draft', title: 'Not yet', body: { text: 'A draft.' } })
  const withdrawn = await addArticle(api, sourceId, {
    title: 'No more',
    body: { text: 'Gone.' },
    tags: ['open-source'],
  })
  await api.put(`/v1/articles/${withdrawn.id}/withdrawal`, { body: { reason: 'copyright', note: 'Asked.' } })
  await api.patch(`/v1/articles/${written.id}`, { body: { title: 'Changed since' } })
}

const pairs = engines.flatMap((from) => engines.map((to) => [from.name, to.name, from, to] as const))

it.each(pairs)(
  'an export of a newsroom on %s, imported on %s, is exported the same',
  async (_, __, from, to) => {
    const database = await from.open()
    const original = await startApi(database)
    await addEverything(original, database)
    const text = await exported(original)
    const states = parsedLines(text).map(({ state }) => state)
    expect(new Set(states)).toEqual(new Set(['published', 'draft', 'withdrawn']))

    const copy = await startApi(await to.open())
    const results = await importLines(copy, Buffer.from(text))
    expect(results.filter(({ status }) => status !== 'created')).toEqual([])
    expect(copied(await exported(copy))).toEqual(copied(text))
    await sameElsewhere(original, copy)

    const changes = await lastSeq(copy)
    const again = await importLines(copy, Buffer.from(text))
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set(['unchanged']))
    const own = await importLines(original, Buffer.from(text))
    expect(new Set(own.map(({ status }) => status))).toEqual(new Set(['unchanged']))
    expect(await lastSeq(copy)).toBe(changes)
    expect(copied(await exported(original))).toEqual(copied(text))
  },
)

async function lastSeq(api: Api): Promise<number> {
  const body = (await api.get('/v1/changes?after=0&limit=1000')).body
  return body.data.length
}

async function sameElsewhere(original: Api, copy: Api) {
  const sources = async (api: Api) =>
    (await api.get('/v1/sources?limit=100')).body.data.map(
      ({ id, name, homeUrl, articleCount }: Record<string, unknown>) => ({ id, name, homeUrl, articleCount }),
    )
  const present = (await sources(original)).filter(
    (source: { articleCount: number }) => source.articleCount > 0,
  )
  expect(await sources(copy)).toEqual(present)
  for (const query of [
    'tagsAny=open-source',
    'author=Mara%20Quill',
    'q=paragraph',
    'sort=contentChanged&limit=5',
  ]) {
    const ids = async (api: Api) =>
      (await api.get(`/v1/articles?${query}`)).body.data.map(({ id }: { id: string }) => id)
    expect(await ids(copy), query).toEqual(await ids(original))
  }
}

onEveryEngine('an exported article', (engine: Engine) => {
  async function withExport(members = {}) {
    const original = await startApi(await engine.open())
    const sourceId = await addSource(original)
    await addTag(original, 'chips')
    const article = await addArticle(original, sourceId, { tags: ['chips'], ...members })
    return { original, sourceId, article, text: await exported(original) }
  }

  it('brings its source and its tags along only for who may make them', async () => {
    const { text, article } = await withExport()
    const copy = await startApi(await engine.open())
    const modest = await addKey(copy, { scopes: ['articles:write'] })
    const sources = await addKey(copy, { scopes: ['articles:write', 'sources:write'] })
    const both = await addKey(copy, { scopes: ['articles:write', 'sources:write', 'tags:write'] })
    const attempt = async (key: string) => (await importLines(copy, Buffer.from(text), { key }))[0]
    expect(await attempt(modest.key)).toMatchObject({ status: 'failed', problem: { code: 'forbidden' } })
    expect((await attempt(modest.key)).problem.detail).toContain('sources:write')
    expect((await attempt(sources.key)).problem.detail).toContain('tags:write')
    expect((await copy.get('/v1/sources')).body.data).toEqual([])
    expect(await attempt(both.key)).toMatchObject({ status: 'created', id: article.id })
    expect(await attempt(modest.key)).toMatchObject({ status: 'unchanged', id: article.id })
  })

  it('gets another id where its own is taken', async () => {
    const { text, original, article } = await withExport()
    const other = {
      ...JSON.parse(text),
      source: {
        id: '019ab2c4-5a10-7c44-8d0b-2f6e8a1b3c5d',
        name: 'Other',
        homeUrl: 'https://other.example/',
      },
    }
    const [result] = await importLines(original, Buffer.from(JSON.stringify(other)))
    expect(result.status).toBe('created')
    expect(result.id).not.toBe(article.id)
    expect((await original.get(`/v1/articles/${article.id}`)).body.source.name).toBe('Lighthouse Daily')
  })

  it('is brought up to date under its id, wherever it stands now', async () => {
    const { text, original, article } = await withExport()
    const copy = await startApi(await engine.open())
    await importLines(copy, Buffer.from(text))
    await original.patch(`/v1/articles/${article.id}`, {
      body: { url: 'https://lighthouse.example/moved', title: 'Moved' },
    })
    await original.put(`/v1/articles/${article.id}/withdrawal`, { body: { reason: 'mistake' } })
    const later = await exported(original)
    expect(await importLines(copy, Buffer.from(later))).toMatchObject([{ status: 'updated', id: article.id }])
    // When it changed here is another time than when it did there.
    const untimed = (text: string) =>
      copied(text).map(({ contentChangedAt: _, withdrawal, ...rest }) => ({
        ...rest,
        withdrawal: { ...(withdrawal as object), withdrawnAt: null },
      }))
    expect(untimed(await exported(copy))).toEqual(untimed(later))
    expect(await importLines(copy, Buffer.from(later))).toMatchObject([{ status: 'unchanged' }])
    // What was withdrawn here stays so, whatever an older export says.
    expect(await importLines(copy, Buffer.from(text))).toMatchObject([{ status: 'gone' }])
    await copy.delete(`/v1/articles/${article.id}`)
    expect(await importLines(copy, Buffer.from(later))).toMatchObject([{ status: 'gone' }])
  })

  it('is sanitised again', async () => {
    const { text } = await withExport({ body: { html: '<p>fine</p>' } })
    const copy = await startApi(await engine.open())
    const altered = JSON.parse(text)
    altered.body.html = '<p onclick="x()">fine<script>alert(1)</script></p>'
    const [result] = await importLines(copy, Buffer.from(JSON.stringify(altered)))
    expect((await copy.get(`/v1/articles/${result.id}`)).body.body.html).toBe('<p>fine</p>')
  })

  it('is tied to an original that comes behind it, by its id', async () => {
    const { original, sourceId, article } = await withExport({ publishedAt: '2026-10-01T00:00:00Z' })
    const url = article.url
    await addArticle(original, sourceId, { translationOf: { url }, publishedAt: '2026-10-02T00:00:00Z' })
    await original.patch(`/v1/articles/${article.id}`, { body: { url: 'https://lighthouse.example/moved' } })
    const lines = parsedLines(await exported(original))
    expect(lines[0].translationOf.articleId).toBe(article.id)
    const copy = await startApi(await engine.open())
    const one = (line: object) => importLines(copy, Buffer.from(JSON.stringify(line)))
    await one(lines[0])
    expect((await copy.get(`/v1/articles/${lines[0].id}`)).body.translationOf.articleId).toBeNull()
    await one(lines[1])
    expect((await copy.get(`/v1/articles/${lines[0].id}`)).body.translationOf.articleId).toBe(article.id)
  })

  it('is of every state only for a key', async () => {
    const { original } = await withExport()
    expect((await original.get('/v1/articles/export?state=all', { key: null })).status).toBe(401)
    expect((await original.get('/v1/articles?state=all')).status).toBe(400)
  })

  it('is copied by the command line, too', async () => {
    const from = await engine.create()
    const database = engine.connect(from)
    await addEverything(await startApi(database), database)
    const to = await engine.create()
    const file = `${emptyFolder()}/all.ndjson`
    expect((await runCommand(from, 'export', '--state', 'all', '--out', file)).code).toBe(0)
    const first = await runCommand(to, 'import', file)
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+ created, 0 updated, 0 unchanged, 0 gone, 0 failed/),
    })
    expect((await runCommand(to, 'import', file)).out).toMatch(/^0 created, 0 updated, \d+ unchanged/)
    const [a, b] = [await startApi(database), await startApi(engine.connect(to))]
    expect(copied(await exported(b))).toEqual(copied(await exported(a)))
  })
})
