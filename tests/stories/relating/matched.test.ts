import { beforeEach, expect, it } from 'vitest'
import { onEveryEngine } from '../../support/engines.ts'
import { type Newsroom, relatedNewsroom } from './newsroom.ts'
import { dam, damAgain } from './texts.ts'

onEveryEngine('what articles show of one another', (engine) => {
  let newsroom: Newsroom
  let seen: number

  beforeEach(async () => {
    newsroom = await relatedNewsroom(engine)
    seen = 0
  })

  /** Which articles were told to show something else of others, since the last look. */
  async function matched(): Promise<string[]> {
    const { body } = await newsroom.api.get(`/v1/changes?after=${seen}&limit=1000`)
    seen = body.lastSeq
    const found = body.data.filter(({ type }: { type: string }) => type === 'article.matched')
    return found.map(({ resource }: { resource: { id: string } }) => resource.id).sort()
  }

  it('is told of both when one is found to have the text of the other, once', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    await newsroom.relate()
    expect(await matched()).toEqual([])
    const later = await newsroom.publish('harbour', damAgain, '10:00')
    await newsroom.relate()
    expect(await matched()).toEqual([first.id, later.id].sort())
    await newsroom.api.patch(`/v1/articles/${later.id}`, { body: { summary: 'Recalled.' } })
    await newsroom.relate()
    expect(await matched()).toEqual([])
  })

  it('is told of those that are left when the original is withdrawn, restored or deleted', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const later = await newsroom.publish('harbour', damAgain, '10:00')
    await newsroom.relate()
    await matched()
    await newsroom.api.put(`/v1/articles/${first.id}/withdrawal`, { body: { reason: 'mistake' } })
    await newsroom.relate()
    expect(await newsroom.article(later.id)).toMatchObject({ duplicateOf: null, alsoIn: [] })
    expect(await matched()).toEqual([later.id])
    await newsroom.api.delete(`/v1/articles/${first.id}/withdrawal`)
    await newsroom.relate()
    expect(await matched()).toContain(later.id)
    await newsroom.api.delete(`/v1/articles/${first.id}`)
    expect(await matched()).toEqual([later.id])
  })

  it('is told of a translation when its original comes, and when it is deleted', async () => {
    const url = 'https://original.example/dam'
    const translation = await newsroom.publish('lantern', dam, '09:00', { translationOf: { url } })
    const original = await newsroom.publish('lighthouse', damAgain, '08:00', { url })
    expect((await newsroom.article(translation.id)).translationOf.articleId).toBe(original.id)
    expect(await matched()).toEqual([translation.id])
    await newsroom.api.delete(`/v1/articles/${original.id}`)
    expect(await matched()).toEqual([translation.id])
  })

  it('is not told where a tag, a story or the source itself is told of', async () => {
    const { api, outlets } = newsroom
    await api.post('/v1/tags', { body: { slug: 'drones', name: 'Drones' } })
    const first = await newsroom.publish('lighthouse', dam, '08:00', { tags: ['drones'] })
    const second = await newsroom.publish('lantern', { title: 'Rain', text: 'It rains.' }, '08:00')
    await newsroom.relate()
    await api.post('/v1/stories', { body: { articleIds: [first.id, second.id] } })
    await api.patch('/v1/tags/drones', { body: { name: 'UAVs' } })
    await api.patch(`/v1/sources/${outlets.lighthouse}`, { body: { name: 'The Lighthouse' } })
    await newsroom.relate()
    const shown = await newsroom.article(first.id)
    expect(shown).toMatchObject({ tags: [{ name: 'UAVs' }], source: { name: 'The Lighthouse' } })
    expect(shown.story).not.toBeNull()
    expect(await matched()).toEqual([])
  })

  it('is told of those that name a source that has another name now', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const later = await newsroom.publish('harbour', damAgain, '10:00')
    await newsroom.relate()
    await matched()
    await newsroom.api.patch(`/v1/sources/${newsroom.outlets.harbour}`, { body: { name: 'Harbour Mail' } })
    expect((await newsroom.article(first.id)).alsoIn[0].source.name).toBe('Harbour Mail')
    expect(await matched()).toEqual([first.id])
    expect((await newsroom.article(later.id)).source.name).toBe('Harbour Mail')
  })
})
