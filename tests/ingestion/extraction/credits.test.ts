import { describe, expect, it } from 'vitest'
import { hanParagraphs, paragraphs, read } from './article-page.ts'

describe('a credit line', () => {
  it.each([
    [
      '<p>原文链接：<a href="https://quarry.example/1">https://quarry.example/1</a></p>',
      'quarry.example',
      'https://quarry.example/1',
      [],
    ],
    [
      '<p>原文地址：https://quarry.example/1，译者：张三</p>',
      'quarry.example',
      'https://quarry.example/1',
      ['张三'],
    ],
    ['<p>（来源：采石场日报）</p>', '采石场日报', null, []],
    [
      '<p>本文编译自 The Quarry，<a href="https://quarry.example/1">原文</a></p>',
      'The Quarry',
      'https://quarry.example/1',
      [],
    ],
    ['<p>本文来自微信公众号：采石场日报（ID：caishichang），作者：李四</p>', '采石场日报', null, []],
    [
      '<p>via <a href="https://quarry.example/1">The Quarry</a></p>',
      'The Quarry',
      'https://quarry.example/1',
      [],
    ],
    [
      '<p>Source: <a href="https://quarry.example/1">The Quarry</a></p>',
      'The Quarry',
      'https://quarry.example/1',
      [],
    ],
    [
      '<p><em>Originally published at <a href="https://quarry.example/1">The Quarry</a> on November 3, 2026.</em></p>',
      'The Quarry',
      'https://quarry.example/1',
      [],
    ],
    ['<p>This article was originally published in The Quarry.</p>', 'The Quarry', null, []],
    ['<p>译者：张三</p>', null, null, ['张三']],
  ])(
    '%s is lifted out of the body, and what it names is kept',
    (line, originalPublisher, originalUrl, translators) => {
      const { credits, bodyHtml } = read({ body: hanParagraphs + line })
      const text = line.replace(/<[^>]*>/g, '')
      expect(credits).toEqual({
        text,
        originalPublisher,
        originalUrl,
        translators: translators.map((name) => ({ name, url: null })),
      })
      expect(bodyHtml).toContain('第6段')
      expect(bodyHtml).not.toContain(text.slice(0, 8))
    },
  )

  it.each([
    '<p>Sources close to the harbour said that it would stay open all winter.</p>',
    '<p>Via the old bridge, many came on foot to see what had been made of it.</p>',
    '<p>编译这份名单的人花了三年时间。</p>',
    '<p>来源于海上的风一直吹到深夜，人们却不愿离开。</p>',
  ])('is not what begins like one and goes on as a sentence: %s', (sentence) => {
    const { credits, bodyHtml } = read({ body: paragraphs + sentence })
    expect(credits.text).toBeNull()
    expect(bodyHtml).toContain(sentence.replace(/<[^>]*>/g, '').slice(0, 12))
  })

  it('in the midst of an article says whose a picture is, and stays', () => {
    const { credits, bodyHtml } = read({
      body: `${hanParagraphs}<p>图片来源：渡口</p>${hanParagraphs}<p>（来源：采石场日报）</p>`,
    })
    expect(credits.originalPublisher).toBe('采石场日报')
    expect(bodyHtml).toContain('图片来源')
  })

  it('may stand below the headline, in one line with the date', () => {
    const before =
      '<h1>老码头重新开放</h1><div class="info"><span>2026-11-20 08:30</span> <span>来源：采石场日报</span> <span>编辑：王五</span></div>'
    expect(read({ before, body: hanParagraphs }).credits.originalPublisher).toBe('采石场日报')
  })
})

describe('a page without a credit line', () => {
  it('credits whom its canonical link names, if that is another site', () => {
    const own = read({ head: '<link rel="canonical" href="https://www.lighthouse.example/harbour">' })
    const other = read({ head: '<link rel="canonical" href="https://news.quarry.example/harbour">' })
    expect(own.credits.originalUrl).toBeNull()
    expect(other.credits).toMatchObject({
      text: null,
      originalPublisher: 'quarry.example',
      originalUrl: 'https://news.quarry.example/harbour',
    })
  })

  it('tells neighbours below a shared suffix apart', () => {
    const canonical = '<link rel="canonical" href="https://quarry.github.io/1">'
    const page = read({ head: canonical, address: 'https://lighthouse.github.io/1' })
    expect(page.credits).toMatchObject({
      originalPublisher: 'quarry.github.io',
      originalUrl: 'https://quarry.github.io/1',
    })
  })

  it('takes an address of its own site in JSON-LD for no other', () => {
    const data = {
      '@type': 'NewsArticle',
      isBasedOn: { '@type': 'CreativeWork', url: '/2026/11/19/harbour' },
    }
    const page = read({ head: `<script type="application/ld+json">${JSON.stringify(data)}</script>` })
    expect(page.credits).toMatchObject({ originalPublisher: null, originalUrl: null })
  })

  it('credits whom its JSON-LD names', () => {
    const data = {
      '@type': 'NewsArticle',
      isBasedOn: {
        '@type': 'NewsArticle',
        url: 'https://quarry.example/1',
        publisher: { name: 'The Quarry' },
      },
      translator: { '@type': 'Person', name: 'Ann Reed' },
    }
    expect(
      read({ head: `<script type="application/ld+json">${JSON.stringify(data)}</script>` }).credits,
    ).toEqual({
      text: null,
      originalPublisher: 'The Quarry',
      originalUrl: 'https://quarry.example/1',
      translators: [{ name: 'Ann Reed', url: null }],
    })
  })
})
