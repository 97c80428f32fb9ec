import { beforeAll, expect, it } from 'vitest'
import { extractPage } from '../../../src/ingestion/extraction/extract-page.ts'
import type { ExtractedPage } from '../../../src/ingestion/page.ts'
import { readSeedPage } from '../../stories/seed-page.ts'
import { describeWithSharedData } from '../../support/shared-data.ts'
import { portalPage } from './portal-page.ts'

type Seed = Awaited<ReturnType<typeof readSeedPage>>

describeWithSharedData(
  'the page that started the project, as a portal would show it',
  ['000_cd80326caef03758.txt'],
  () => {
    let seed: Seed
    let page: ExtractedPage

    beforeAll(async () => {
      seed = await readSeedPage()
      const url = 'https://portal.example/post/8999.html'
      page = extractPage(portalPage(seed), {
        url,
        zone: 'Asia/Shanghai',
        now: new Date('2025-11-23T12:00:00Z'),
      })
    })

    it('gives the title, the day and the language', () => {
      expect(page).toMatchObject({
        title: seed.title,
        publishedAt: '2025-08-11T01:30:00.000Z',
        language: 'zh-CN',
      })
    })

    it('has every paragraph in the body', () => {
      const paragraphs = seed.text.split('\n\n')
      expect(paragraphs.length).toBeGreaterThan(5)
      for (const paragraph of paragraphs) expect(page.bodyHtml).toContain(paragraph)
    })

    it('lifts the credit line out of the body', () => {
      expect(page.credits.text).toBe(seed.credit)
      expect(page.bodyHtml).not.toContain('版权声明')
    })

    it('keeps the 40 related headlines in their order, and none in the body', () => {
      expect(seed.headlines).toHaveLength(40)
      expect(page.relatedLinks.map(({ title }) => title)).toEqual(seed.headlines)
      expect(page.relatedLinks[39]?.url).toBe('https://portal.example/post/9039.html')
      for (const headline of seed.headlines) expect(page.bodyHtml).not.toContain(headline)
    })

    it('has nothing of navigation and footer in the body', () => {
      for (const text of ['首页', '关于我们', '目录[+]', '相关阅读', '版权所有'])
        expect(page.bodyHtml).not.toContain(text)
    })
  },
)
