import { describe, expect, it } from 'vitest'
import { articleOfItem } from '../../src/ingestion/article-of-item.ts'
import { blankItem, type FeedItem } from '../../src/ingestion/item.ts'
import { licenceOf } from '../../src/ingestion/licences.ts'

describe('the address of a Creative Commons licence', () => {
  it.each([
    ['https://creativecommons.org/licenses/by/4.0/', 'CC-BY-4.0'],
    ['http://www.creativecommons.org/licenses/by-nc/1.0', 'CC-BY-NC-1.0'],
    ['https://creativecommons.org/licenses/by-sa/3.0/deed.zh', 'CC-BY-SA-3.0'],
    ['https://creativecommons.org/licenses/by-sa/3.0/de/', 'CC-BY-SA-3.0-DE'],
    ['https://creativecommons.org/licenses/by/3.0/cn/', 'CC-BY-3.0'],
    ['https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode', 'CC-BY-NC-SA-4.0'],
    ['http://creativecommons.org/licenses/by-nd-nc/1.0/', 'CC-BY-NC-ND-1.0'],
    ['https://creativecommons.org/publicdomain/zero/1.0/', 'CC0-1.0'],
    ['Words under <a href="https://creativecommons.org/licenses/by/4.0/">this licence</a>', 'CC-BY-4.0'],
  ])('%s is known by its SPDX identifier', (text, licence) => {
    expect(licenceOf([null, text])).toBe(licence)
  })

  it.each([
    'https://creativecommons.org/licenses/by/',
    'https://creativecommons.org/licenses/by/5.0/',
    'https://creativecommons.org/licenses/sampling/1.0/',
    'https://notcreativecommons.org/licenses/by/4.0/',
    'All rights reserved',
  ])('%s is none', (text) => {
    expect(licenceOf([text])).toBeNull()
  })
})

describe('the credit of an article with a licence', () => {
  const now = new Date('2026-11-26T12:00:00Z')
  const source = { id: 's', name: 'Lighthouse Daily', homeUrl: 'https://lighthouse.example/', tags: [] }
  const item: FeedItem = {
    ...blankItem,
    url: 'https://lighthouse.example/1',
    title: 'Heron 1',
    licence: 'CC-BY-4.0',
  }
  const attributionOf = (attributionTemplate: string | null, more: Partial<FeedItem>) =>
    articleOfItem({ ...source, attributionTemplate }, { ...item, ...more }, undefined, now).article
      ?.attribution

  it('is that of its source, with the licence', () => {
    const { url } = item
    const rightsHolder = 'Lighthouse Daily'
    expect(attributionOf(null, {})).toEqual({ text: rightsHolder, url, rightsHolder, licence: 'CC-BY-4.0' })
    expect(attributionOf('{source}: {title}', {})?.text).toBe('Lighthouse Daily: Heron 1')
  })

  it('is that of whom the item credits, with the licence', () => {
    const origin = { name: 'Quarry', url: 'https://quarry.example/1' }
    expect(attributionOf(null, { origin })).toMatchObject({ text: 'Quarry', licence: 'CC-BY-4.0' })
  })

  it('is left to the source where there is no licence', () => {
    expect(attributionOf(null, { licence: null })).toBeUndefined()
  })
})
