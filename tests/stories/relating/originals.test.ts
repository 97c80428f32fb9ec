import { beforeEach, expect, it } from 'vitest'
import { onEveryEngine } from '../../support/engines.ts'
import { type Newsroom, relatedNewsroom, titlesOf } from './newsroom.ts'
import { compiler, compilerInChinese, dam, orchard } from './texts.ts'

onEveryEngine('a translation', (engine) => {
  let newsroom: Newsroom

  beforeEach(async () => {
    newsroom = await relatedNewsroom(engine)
    await newsroom.publish('lighthouse', dam, '07:00')
    await newsroom.publish('lighthouse', orchard, '07:30')
  })

  const publishOriginal = () => newsroom.publish('harbour', compiler, '2026-10-20T08:00:00Z')
  const publishTranslation = (members = {}) =>
    newsroom.publish('lantern', compilerInChinese, '2026-11-02T08:00:00Z', members)

  it.each(['before', 'after'])('is tied to the original that came %s it', async (when) => {
    const first = when === 'before' ? await publishOriginal() : await publishTranslation()
    await newsroom.relate()
    const second = when === 'before' ? await publishTranslation() : await publishOriginal()
    await newsroom.relate()
    const [original, translation] = when === 'before' ? [first, second] : [second, first]
    const { translationOf, language } = await newsroom.article(translation.id)
    expect(language).toBe('zh')
    expect(translationOf).toEqual({
      articleId: original.id,
      url: original.url,
      language: 'en',
      method: 'computed',
      score: expect.any(Number),
    })
    expect(translationOf.score).toBeGreaterThan(0.18)
    expect(titlesOf(await newsroom.related(translation.id, '?kind=translation'))).toEqual([compiler.title])
    const back = await newsroom.related(original.id)
    expect(back.data[0]).toMatchObject({
      kind: 'translation',
      origin: 'computed',
      score: translationOf.score,
    })
    expect((await newsroom.article(original.id)).translationOf).toBeNull()
  })

  it('has the original that was declared, whatever is found', async () => {
    await publishOriginal()
    const url = 'https://elsewhere.example/quill'
    const translation = await publishTranslation({ translationOf: { url, language: 'en' } })
    await newsroom.relate()
    expect((await newsroom.article(translation.id)).translationOf).toEqual({
      articleId: null,
      url,
      language: 'en',
      method: 'declared',
      score: null,
    })
    await newsroom.api.patch(`/v1/articles/${translation.id}`, { body: { translationOf: null } })
    await newsroom.relate()
    expect((await newsroom.article(translation.id)).translationOf.method).toBe('computed')
  })

  it('is none for good once an editor has said so', async () => {
    const original = await publishOriginal()
    const translation = await publishTranslation()
    await newsroom.relate()
    const { data } = await newsroom.related(translation.id, '?kind=translation')
    expect((await newsroom.api.delete(`/v1/articles/${translation.id}/related/${data[0].id}`)).status).toBe(
      204,
    )
    expect((await newsroom.article(translation.id)).translationOf).toBeNull()
    await newsroom.api.patch(`/v1/articles/${translation.id}`, { body: { summary: '再来一次。' } })
    await newsroom.api.patch(`/v1/articles/${original.id}`, { body: { summary: 'Once more.' } })
    await newsroom.relate()
    expect((await newsroom.article(translation.id)).translationOf).toBeNull()
    expect((await newsroom.related(original.id, '?kind=translation')).data).toEqual([])
  })

  it('is not removed as a link where it was declared', async () => {
    const original = await publishOriginal()
    const translation = await publishTranslation({ translationOf: { articleId: original.id } })
    await newsroom.relate()
    const { data } = await newsroom.related(translation.id, '?kind=translation')
    expect(data[0].reasons).toEqual([{ type: 'declared', value: 'translation', weight: 1 }])
    const answer = await newsroom.api.delete(`/v1/articles/${translation.id}/related/${data[0].id}`)
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('translationOf')])
  })

  it('forgets an original that is deleted', async () => {
    const original = await publishOriginal()
    const translation = await publishTranslation()
    await newsroom.relate()
    await newsroom.api.delete(`/v1/articles/${original.id}`)
    expect((await newsroom.article(translation.id)).translationOf).toBeNull()
  })
})
