import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { NotAFeed, parseFeed } from '../../../src/ingestion/parsing/parse-feed.ts'
import { describeWithSharedData, sharedData } from '../../support/shared-data.ts'

const folder = 'feeds/saved'

describeWithSharedData('feeds as outlets served them', [folder], () => {
  it('are read, with titles that are text and addresses that are absolute', () => {
    const pages: string[] = []
    for (const file of readdirSync(sharedData(folder))) {
      const bytes = readFileSync(sharedData(`${folder}/${file}`))
      try {
        const { items } = parseFeed(bytes, {
          contentType: null,
          url: 'https://feeds.example/feed',
          now: new Date(),
        })
        for (const { url, title } of items) {
          expect(url ?? 'https://none.example/', file).toMatch(/^https?:\/\//)
          expect(title ?? '', file).not.toMatch(/<\/\w+>|&(?:amp|lt|gt|#\d+);/)
        }
      } catch (error) {
        expect(error, file).toBeInstanceOf(NotAFeed)
        pages.push(file)
      }
    }
    expect(pages).toEqual(['rss-parser__input__unrecognized.rss'])
  })
})
