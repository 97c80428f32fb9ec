import { beforeEach, expect, it } from 'vitest'
import { onEveryEngine } from '../../support/engines.ts'
import { type Newsroom, relatedNewsroom } from './newsroom.ts'
import { dam, damAgain, damTold, orchard } from './texts.ts'

onEveryEngine('articles that tell one event', (engine) => {
  let newsroom: Newsroom

  beforeEach(async () => {
    newsroom = await relatedNewsroom(engine)
  })

  const storyOf = async (id: string) => (await newsroom.article(id)).story

  it('are a story, which others join, and whose id lasts', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    await newsroom.publish('lighthouse', orchard, '08:30')
    await newsroom.relate()
    expect(await storyOf(first.id)).toBeNull()
    const second = await newsroom.publish('harbour', damTold, '09:00')
    await newsroom.relate()
    const story = await storyOf(first.id)
    expect(story).toEqual({ id: expect.any(String), articleCount: 2 })
    expect(await storyOf(second.id)).toEqual(story)
    const third = await newsroom.publish('lantern', damAgain, '11:00')
    await newsroom.relate()
    for (const { id } of [first, second, third])
      expect(await storyOf(id)).toEqual({ id: story.id, articleCount: 3 })
    const { body } = await newsroom.api.get('/v1/stories')
    expect(body.data).toMatchObject([
      {
        id: story.id,
        title: dam.title,
        articleCount: 3,
        sourceCount: 3,
        representative: { article: { id: first.id } },
      },
    ])
  })

  it('are none where the one was published weeks after the other', async () => {
    const first = await newsroom.publish('lighthouse', dam, '2026-10-02T08:00:00Z')
    await newsroom.publish('harbour', damTold, '09:00')
    await newsroom.relate()
    expect(await storyOf(first.id)).toBeNull()
  })

  it('stay where an editor has put them', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const second = await newsroom.publish('harbour', damTold, '09:00')
    await newsroom.relate()
    const { id } = await storyOf(first.id)
    expect((await newsroom.api.delete(`/v1/stories/${id}/articles/${second.id}`)).status).toBeLessThan(300)
    await newsroom.api.patch(`/v1/articles/${second.id}`, { body: { summary: 'Once more.' } })
    await newsroom.relate()
    expect(await storyOf(second.id)).toBeNull()
    const third = await newsroom.publish('lantern', damAgain, '10:00')
    await newsroom.relate()
    expect((await storyOf(third.id)).id).toBe(id)
    expect(await storyOf(second.id)).toBeNull()
  })

  it.each(['withdrawn', 'deleted'])('are counted anew when one of them is %s', async (what) => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const second = await newsroom.publish('harbour', damTold, '09:00')
    const third = await newsroom.publish('lantern', damAgain, '10:00')
    await newsroom.relate()
    const { id } = await storyOf(second.id)
    const path = `/v1/articles/${first.id}`
    if (what === 'deleted') await newsroom.api.delete(path)
    else await newsroom.api.put(`${path}/withdrawal`, { body: { reason: 'error' } })
    await newsroom.relate()
    expect(await storyOf(second.id)).toEqual({ id, articleCount: 2 })
    expect((await newsroom.api.get(`/v1/stories/${id}`)).body).toMatchObject({
      articleCount: 2,
      sourceCount: 2,
    })
    if (what === 'deleted') return
    await newsroom.api.delete(`${path}/withdrawal`)
    await newsroom.relate()
    expect(await storyOf(third.id)).toEqual({ id, articleCount: 3 })
  })

  it('show how many they are to a tenth, once they are many, and the story shows it exactly', async () => {
    const ids: string[] = []
    for (let index = 0; index < 25; index++) {
      const { id } = await newsroom.publish('lighthouse', { ...orchard, title: `${orchard.title} ${index}` })
      ids.push(id)
    }
    const { body: story } = await newsroom.api.post('/v1/stories', { body: { articleIds: ids.slice(0, 20) } })
    const shown: number[] = []
    for (const id of ids.slice(20)) {
      await newsroom.api.put(`/v1/stories/${story.id}/articles/${id}`)
      shown.push((await storyOf(ids[0] as string)).articleCount)
    }
    expect(shown).toEqual([20, 22, 22, 22, 25])
    expect((await newsroom.api.get(`/v1/stories/${story.id}`)).body.articleCount).toBe(25)
  })

  it('are told of in the change log', async () => {
    await newsroom.publish('lighthouse', dam, '08:00')
    await newsroom.publish('harbour', damTold, '09:00')
    await newsroom.relate()
    await newsroom.publish('lantern', damAgain, '10:00')
    await newsroom.relate()
    const { body } = await newsroom.api.get('/v1/changes?types=story.created,story.updated')
    expect(body.data.map((change: { type: string }) => change.type)).toEqual([
      'story.created',
      'story.updated',
    ])
  })
})
