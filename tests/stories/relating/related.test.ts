import { beforeEach, describe, expect, it } from 'vitest'
import { onEveryEngine } from '../../support/engines.ts'
import { type Newsroom, relatedNewsroom, titlesOf } from './newsroom.ts'
import { compiler, dam, damAgain, damLater, damThird, damTold, orchard } from './texts.ts'

onEveryEngine('what is computed to be related', (engine) => {
  let newsroom: Newsroom
  let article: { id: string; url: string }

  beforeEach(async () => {
    newsroom = await relatedNewsroom(engine)
    article = await newsroom.publish('lighthouse', dam, '08:00')
    await newsroom.publish('harbour', orchard, '08:10')
    await newsroom.publish('harbour', compiler, '08:20')
    await newsroom.relate()
  })

  it('is nothing where there is nothing', async () => {
    expect(await newsroom.related(article.id)).toMatchObject({ data: [], page: { next: null } })
  })

  it('comes with score and reasons, and to old neighbours without their being touched', async () => {
    const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    await newsroom.relate()
    for (const [id, title] of [
      [article.id, damLater.title],
      [later.id, dam.title],
    ] as const) {
      const list = await newsroom.related(id)
      expect(titlesOf(list)).toEqual([title])
      const [link] = list.data
      expect(link).toMatchObject({ kind: 'related', origin: 'computed', position: 0 })
      expect(link.score).toBeGreaterThan(0.12)
      const values = link.reasons.map((reason: { value: string }) => reason.value)
      expect(values).toContain('kestrel')
      expect(
        link.reasons.every((reason: { weight: number }) => reason.weight >= 0 && reason.weight <= 1),
      ).toBe(true)
      expect((await newsroom.api.get(`/v1/articles/${id}/related/${link.id}`)).body).toEqual(link)
    }
  })

  it('has each text once', async () => {
    const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    await newsroom.publish('harbour', damAgain, '09:00')
    await newsroom.relate()
    const list = await newsroom.related(later.id)
    expect(list.data).toHaveLength(1)
    expect(list.suppressedCount).toBe(1)
  })

  it('has two of a story, and says what is held back', async () => {
    await newsroom.publish('harbour', damTold, '09:00')
    await newsroom.publish('lantern', damThird, '10:00')
    const later = await newsroom.publish('lantern', damLater, '2026-11-16T08:00:00Z')
    await newsroom.relate()
    const { body } = await newsroom.api.get('/v1/stories')
    expect(body.data).toMatchObject([{ articleCount: 3 }])
    const list = await newsroom.related(later.id)
    expect(list.data).toHaveLength(2)
    expect(list.suppressedCount).toBe(1)
  })

  it('stands behind what an editor chose, and leaves that out', async () => {
    const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    const other = await newsroom.publish('harbour', orchard, '2026-11-16T09:00:00Z', {
      title: 'Another orchard',
    })
    await newsroom.relate()
    const path = `/v1/articles/${article.id}/related`
    await newsroom.api.post(path, { body: { kind: 'background', target: { articleId: other.id } } })
    expect(titlesOf(await newsroom.related(article.id))).toEqual(['Another orchard', damLater.title])
    await newsroom.api.post(path, { body: { kind: 'followUp', target: { articleId: later.id } } })
    const { data } = await newsroom.related(article.id)
    expect(data.map((link: { origin: string }) => link.origin)).toEqual(['editorial', 'editorial'])
  })

  it('is a list with those of other origins, by page, kind, origin and score', async () => {
    const path = `/v1/articles/${article.id}/related`
    await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    await newsroom.publish('lantern', damThird, '2026-11-20T08:00:00Z')
    await newsroom.relate()
    for (const title of ['A', 'B'])
      await newsroom.api.post(path, {
        body: { kind: 'background', target: { url: `https://a.example/${title}`, title } },
      })
    for (const title of ['x', 'y'])
      await newsroom.api.post(path, { body: { kind: 'related', origin: 'sourcePage', target: { title } } })
    const origins = async (query: string) =>
      (await newsroom.related(article.id, query)).data.map((link: { origin: string }) => link.origin)
    const first = ['editorial', 'editorial']
    const second = ['computed', 'computed']
    expect(await origins('')).toEqual([...first, ...second])
    expect(await origins('?kind=background')).toEqual(first)
    expect(await origins('?origin=computed')).toEqual(second)
    const { data } = await newsroom.related(article.id, '?origin=computed')
    expect(data[0].score).toBeGreaterThan(data[1].score)
    expect(await origins(`?origin=computed&minScore=${data[0].score}`)).toEqual(['computed'])
    expect(await origins('?minScore=1')).toEqual(first)
    const pages: string[] = []
    const query = '?origin=sourcePage,computed,editorial&limit=1'
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await newsroom.related(article.id, query + (cursor && `&cursor=${cursor}`))
      pages.push(page.data[0].origin)
      cursor = page.page.next
    }
    expect(pages).toEqual([...first, ...second, 'sourcePage', 'sourcePage'])
  })

  it('never returns once an editor has removed it', async () => {
    const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    await newsroom.relate()
    const [link] = (await newsroom.related(article.id)).data
    const path = `/v1/articles/${article.id}/related/${link.id}`
    expect((await newsroom.api.patch(path, { body: { note: 'x' } })).status).toBe(409)
    expect((await newsroom.api.delete(path)).status).toBe(204)
    expect((await newsroom.api.get(path)).status).toBe(404)
    expect((await newsroom.api.delete(path)).status).toBe(404)
    await newsroom.api.patch(`/v1/articles/${later.id}`, { body: { summary: 'Once more.' } })
    await newsroom.relate()
    expect((await newsroom.related(article.id)).data).toEqual([])
    expect(titlesOf(await newsroom.related(later.id))).toEqual([dam.title])
  })

  it('does not lead to what is withdrawn', async () => {
    const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    await newsroom.relate()
    await newsroom.api.put(`/v1/articles/${later.id}/withdrawal`, { body: { reason: 'error' } })
    expect((await newsroom.related(article.id)).data).toEqual([])
  })

  it('is found by what was revised, and no longer by what was revised away', async () => {
    const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
    const body = { title: 'Nothing of the kind', body: { text: 'Pears were picked in Ansley.' } }
    await newsroom.api.patch(`/v1/articles/${later.id}`, { body })
    await newsroom.relate()
    expect((await newsroom.related(article.id)).data).toEqual([])
    await newsroom.api.patch(`/v1/articles/${later.id}`, {
      body: { title: damLater.title, body: { text: damLater.text } },
    })
    await newsroom.relate()
    expect(titlesOf(await newsroom.related(article.id))).toEqual([damLater.title])
  })

  describe('to a text that is no article', () => {
    const find = (query: Record<string, string>, options = {}) =>
      newsroom.api.get(`/v1/related?${new URLSearchParams(query)}`, options)

    it('is found by its words', async () => {
      const { body } = await find({ title: damLater.title, text: damLater.text }, { key: null })
      expect(titlesOf(body)).toEqual([dam.title])
      expect((await find({ text: 'Nobody knows what this is about at all.' })).body.data).toEqual([])
    })

    it('is that of the article where the address is of one', async () => {
      await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
      await newsroom.relate()
      expect(titlesOf((await find({ url: `${article.url}?utm_source=x` }, { key: null })).body)).toEqual([
        damLater.title,
      ])
    })

    it('says what is withdrawn', async () => {
      await newsroom.api.put(`/v1/articles/${article.id}/withdrawal`, { body: { reason: 'error' } })
      expect((await find({ url: article.url })).status).toBe(410)
    })

    it('takes a key where the page is to be fetched', async () => {
      const answer = await find({ url: 'https://nobody.example/1' }, { key: null })
      expect([answer.status, answer.body.detail]).toEqual([401, expect.stringContaining('key')])
    })

    it.each([{}, { text: 'a', url: 'https://a.example/' }, { text: '' }, { url: 'ftp://a.example/' }])(
      'refuses %j',
      async (query) => {
        expect((await find(query as Record<string, string>)).status).toBe(400)
      },
    )
  })

  describe('is explained', () => {
    const explain = async (id: string, otherId: string) =>
      (await newsroom.api.get(`/v1/articles/${id}/relations/${otherId}`)).body

    it('with every signal and what it has to reach', async () => {
      const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
      await newsroom.relate()
      const relation = await explain(article.id, later.id)
      expect(relation).toMatchObject({
        article: { id: article.id },
        other: { id: later.id },
        related: { linked: true, found: true },
        story: { linked: false, found: false, why: expect.stringContaining('72 hours') },
        duplicate: { linked: false, found: false },
        translation: { linked: false, found: false, why: expect.stringContaining('another language') },
        editorial: [],
        removed: [],
      })
      const [score] = relation.related.signals
      expect(score.name).toBe('score')
      expect(score.value).toBeGreaterThanOrEqual(score.threshold)
      expect(relation.duplicate.signals.map(({ name }: { name: string }) => name)).toEqual([
        'jaccard',
        'containment',
      ])
    })

    it('where they are not linked, too', async () => {
      const [other] = (await newsroom.api.get('/v1/articles?q=compiler')).body.data
      const { related } = await explain(article.id, other.id)
      expect(related).toMatchObject({
        linked: false,
        found: false,
        why: 'The texts have too little in common.',
      })
    })

    it('with what an editor has said', async () => {
      const later = await newsroom.publish('harbour', damLater, '2026-11-16T08:00:00Z')
      await newsroom.relate()
      const [link] = (await newsroom.related(article.id)).data
      await newsroom.api.delete(`/v1/articles/${article.id}/related/${link.id}`)
      const relation = await explain(article.id, later.id)
      expect(relation).toMatchObject({
        related: { linked: false, found: true, why: expect.stringContaining('held back') },
        removed: ['related'],
      })
    })

    it('between articles that are there alone', async () => {
      const path = `/v1/articles/${article.id}/relations`
      expect((await newsroom.api.get(`${path}/nobody`)).status).toBe(404)
      const same = await newsroom.api.get(`${path}/${article.id}`)
      expect(same.status).toBe(400)
    })
  })
})
