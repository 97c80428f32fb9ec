import { expect, it } from 'vitest'
import { startApi } from '../support/api.ts'
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
})
