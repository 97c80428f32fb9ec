import { expect, it } from 'vitest'
import { refreshCards } from '../../src/articles/articles.ts'
import { type Api, startApi } from '../support/api.ts'
import { onEveryEngine } from '../support/engines.ts'
import { addArticle, addSource } from './newsroom.ts'

onEveryEngine('writers that race', (engine) => {
  it('never make one address or external id of a source two articles, and the loser is told', async () => {
    const url = await engine.create()
    const [one, other] = [await startApi(engine.connect(url)), await startApi(engine.connect(url))]
    const sourceId = await addSource(one)
    const movers = await Promise.all([1, 2, 3, 4].map(() => addArticle(one, sourceId)))
    for (let round = 0; round < 5; round++) {
      const address = `https://lighthouse.example/taken/${round}`
      const body = {
        sourceId,
        url: address,
        externalId: `x${round}`,
        title: 'T',
        publishedAt: '2026-11-01T00:00:00Z',
      }
      const answers = await Promise.all([
        ...[one, other].map((api) => api.post('/v1/articles', { body })),
        ...movers.map(({ id }, index) =>
          (index % 2 ? one : other).patch(`/v1/articles/${id}`, {
            body: { url: address, externalId: `y${round}-${index}` },
          }),
        ),
      ])
      const won = answers.filter((answer) => answer.status < 300)
      expect(won).toHaveLength(1)
      for (const answer of answers.filter((answer) => answer.status >= 300)) {
        expect(answer.status).toBe(409)
        expect(answer.body.articleId).toBe(won[0]?.body.id)
      }
    }
  })

  it('push one external id at the same moment, and all succeed: one makes the article, the others change it', async () => {
    const url = await engine.create()
    const processes = [await startApi(engine.connect(url)), await startApi(engine.connect(url))]
    const sourceId = await addSource(processes[0] as Api)
    for (let round = 0; round < 5; round++) {
      const pushes = Array.from({ length: 8 }, (_, index) =>
        (processes[index % 2] as Api).put(`/v1/sources/${sourceId}/articles/push-${round}`, {
          body: {
            url: `https://lighthouse.example/push/${round}`,
            title: `Title ${index}`,
            publishedAt: '2026-11-01T00:00:00Z',
          },
        }),
      )
      const answers = await Promise.all(pushes)
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201])
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    }
  })

  it('write no card of an article that another has deleted since it was looked for', async () => {
    const database = await engine.open()
    const api = await startApi(database)
    const { id } = await addArticle(api, await addSource(api))
    await api.delete(`/v1/articles/${id}`)
    const { lastSeq } = (await api.get('/v1/changes?after=999999')).body
    await database.write((tx) => refreshCards(tx, [id]))
    expect((await api.get('/v1/changes?after=999999')).body.lastSeq).toBe(lastSeq)
  })

  it('push only what is not there yet at the same moment, and one does', async () => {
    const api = await startApi(await engine.open())
    const sourceId = await addSource(api)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        api.put(`/v1/sources/${sourceId}/articles/only`, {
          headers: { 'if-none-match': '*' },
          body: { url: 'https://lighthouse.example/only', title: 'T', publishedAt: '2026-11-01T00:00:00Z' },
        }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(412)])
  })
})
