import { beforeEach, expect, it } from 'vitest'
import { onEveryEngine } from '../../support/engines.ts'
import { type Newsroom, relatedNewsroom } from './newsroom.ts'
import { dam, damAgain, damTold, orchard } from './texts.ts'

onEveryEngine('articles with one text', (engine) => {
  let newsroom: Newsroom

  beforeEach(async () => {
    newsroom = await relatedNewsroom(engine)
  })

  it('have the first of them as their original, and name one another', async () => {
    const later = await newsroom.publish('harbour', damAgain, '10:00')
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const other = await newsroom.publish('lantern', orchard, '09:00')
    await newsroom.relate()
    expect(await newsroom.article(later.id)).toMatchObject({
      duplicateOf: first.id,
      alsoIn: [{ articleId: first.id, source: { name: 'Lighthouse Daily' }, url: first.url }],
    })
    expect(await newsroom.article(first.id)).toMatchObject({
      duplicateOf: null,
      alsoIn: [{ articleId: later.id, source: { name: 'Harbour Post' } }],
    })
    expect(await newsroom.article(other.id)).toMatchObject({ duplicateOf: null, alsoIn: [] })
  })

  it('are left out of lists, or shown alone, on request', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const later = await newsroom.publish('harbour', damAgain, '10:00')
    await newsroom.relate()
    const ids = async (duplicates: string) => {
      const { body } = await newsroom.api.get(`/v1/articles?duplicates=${duplicates}`)
      return body.data.map((article: { id: string }) => article.id)
    }
    expect(await ids('all')).toEqual([later.id, first.id])
    expect(await ids('collapse')).toEqual([first.id])
    expect(await ids('only')).toEqual([later.id])
  })

  it('have the one as original that the others credit, whatever the clock says', async () => {
    const early = await newsroom.publish('harbour', damAgain, '08:00', {
      attribution: {
        text: 'From Lighthouse Daily.',
        rightsHolder: 'Lighthouse Daily',
        url: 'https://lighthouse.example/original',
      },
    })
    const credited = await newsroom.publish('lighthouse', dam, '09:30')
    await newsroom.relate()
    expect((await newsroom.article(early.id)).duplicateOf).toBe(credited.id)
    expect((await newsroom.article(credited.id)).duplicateOf).toBeNull()
  })

  it('are not those that tell the same in other words', async () => {
    await newsroom.publish('lighthouse', dam, '08:00')
    const told = await newsroom.publish('harbour', damTold, '09:00')
    await newsroom.relate()
    expect((await newsroom.article(told.id)).duplicateOf).toBeNull()
  })

  it.each(['deleted', 'withdrawn'])('have another original once theirs is %s', async (what) => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const second = await newsroom.publish('harbour', damAgain, '09:00')
    const third = await newsroom.publish('lantern', damAgain, '10:00')
    await newsroom.relate()
    expect((await newsroom.article(third.id)).duplicateOf).toBe(first.id)
    const path = `/v1/articles/${first.id}`
    if (what === 'deleted') await newsroom.api.delete(path)
    else await newsroom.api.put(`${path}/withdrawal`, { body: { reason: 'error' } })
    await newsroom.relate()
    expect(await newsroom.article(second.id)).toMatchObject({
      duplicateOf: null,
      alsoIn: [{ articleId: third.id }],
    })
    expect(await newsroom.article(third.id)).toMatchObject({
      duplicateOf: second.id,
      alsoIn: [{ articleId: second.id }],
    })
    if (what === 'deleted') return
    await newsroom.api.delete(`${path}/withdrawal`)
    await newsroom.relate()
    expect((await newsroom.article(second.id)).duplicateOf).toBe(first.id)
    expect((await newsroom.article(third.id)).duplicateOf).toBe(first.id)
  })

  it('part when one of them is written anew', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const second = await newsroom.publish('harbour', damAgain, '09:00')
    await newsroom.relate()
    const body = { title: orchard.title, body: { text: orchard.text } }
    await newsroom.api.patch(`/v1/articles/${second.id}`, { body })
    await newsroom.relate()
    expect(await newsroom.article(second.id)).toMatchObject({ duplicateOf: null, alsoIn: [] })
    expect(await newsroom.article(first.id)).toMatchObject({ duplicateOf: null, alsoIn: [] })
  })

  it('are two texts for good once an editor has said so', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    const second = await newsroom.publish('harbour', damAgain, '09:00')
    await newsroom.relate()
    const { data } = await newsroom.related(second.id, '?kind=duplicate')
    expect(data).toMatchObject([
      { kind: 'duplicate', origin: 'computed', target: { article: { id: first.id } } },
    ])
    expect((await newsroom.api.delete(`/v1/articles/${second.id}/related/${data[0].id}`)).status).toBe(204)
    expect((await newsroom.article(second.id)).duplicateOf).toBeNull()
    await newsroom.api.patch(`/v1/articles/${second.id}`, { body: { summary: 'Once more.' } })
    await newsroom.relate()
    expect(await newsroom.article(second.id)).toMatchObject({ duplicateOf: null, alsoIn: [] })
    expect((await newsroom.related(second.id, '?kind=duplicate')).data).toEqual([])
  })

  it('show another name of a source wherever they name it', async () => {
    const first = await newsroom.publish('lighthouse', dam, '08:00')
    await newsroom.publish('harbour', damAgain, '09:00')
    await newsroom.relate()
    await newsroom.api.patch(`/v1/sources/${newsroom.outlets.harbour}`, { body: { name: 'Harbour Times' } })
    expect((await newsroom.article(first.id)).alsoIn[0].source.name).toBe('Harbour Times')
  })
})
