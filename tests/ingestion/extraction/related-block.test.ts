import { describe, expect, it } from 'vitest'
import { hanParagraphs, paragraphs, read } from './article-page.ts'

const links = ['Bridge closes', 'Ferry sails', 'Market moves']
const anchors = links.map((title, at) => `<a href="/n/${at}">${title}</a>`)
const items = anchors.map((anchor) => `<li>${anchor}</li>`).join('')

describe('a block of related links', () => {
  it.each([
    `<h3>相关阅读</h3><ul>${items}</ul>`,
    `<div class="rel"><div class="hd"><span>推荐阅读：</span></div><div class="bd"><ul>${items}</ul></div></div>`,
    `<p><strong>延伸阅读</strong></p>${anchors.map((anchor) => `<p>${anchor}</p>`).join('')}`,
    `<p>相关文章：<br>${anchors.join('<br>')}</p>`,
    `<h2>You may also like</h2><div>${anchors.map((anchor) => `<div><h3>${anchor}</h3><p>What happened at the river on Monday, told at length.</p></div>`).join('')}</div>`,
    `<section><h4>More from Lighthouse Daily</h4>${anchors.join(' • ')}</section>`,
    `<dl><dt>Related stories</dt>${anchors.map((anchor) => `<dd>${anchor}</dd>`).join('')}</dl>`,
  ])('is lifted out of the body, and its links are kept in order: %#', (block) => {
    const { relatedLinks, bodyHtml } = read({ body: `${paragraphs}${block}${hanParagraphs}` })
    expect(relatedLinks).toEqual(
      links.map((title, at) => ({ url: `https://daily.lighthouse.example/n/${at}`, title })),
    )
    for (const title of links) expect(bodyHtml).not.toContain(title)
    expect(bodyHtml).toContain('Part 6')
    expect(bodyHtml).toContain('第6段')
  })

  it('names each page once, by its text and not its picture, and a hundred at most', () => {
    const many = Array.from(
      { length: 150 },
      (_, at) =>
        `<li><a href="/n/${at}"><img src="x.jpg"></a><a href="/n/${at}">Story ${at}</a><a href="#top">Up</a></li>`,
    )
    const { relatedLinks } = read({ after: `<h3>Related</h3><ul>${many.join('')}</ul>` })
    expect(relatedLinks).toHaveLength(100)
    expect(relatedLinks[1]).toEqual({ url: 'https://daily.lighthouse.example/n/1', title: 'Story 1' })
  })

  it('is not a label that text follows, nor a link called "Read more"', () => {
    const text =
      '<h3>Related</h3><p>Work on the bridge, which <a href="/n/1">began in May</a>, goes on as it was planned.</p>'
    const more =
      '<p>The ferry sails again. <a href="/n/2">Read more</a></p><ul><li><a href="/n/3">A list of the article</a></li></ul>'
    const { relatedLinks, bodyHtml } = read({ body: paragraphs + text + more + paragraphs })
    expect(relatedLinks).toEqual([])
    expect(bodyHtml).toContain('goes on as it was planned')
    expect(bodyHtml).toContain('A list of the article')
  })
})
