import { describe, expect, it } from 'vitest'
import { contentOf } from '../../src/articles/content.ts'

const base = 'https://lighthouse.example/news/story'
const ofHtml = (html: string) => contentOf({ html }, base)

describe('the body of an article', () => {
  it('keeps what an article is made of and drops what could run', () => {
    const { html } = ofHtml(
      '<p onclick="x()">Half <b>a watt</b></p><script>alert(1)</script><iframe src="https://x.example"></iframe><style>p{}</style>',
    )
    expect(html).toBe('<p>Half <b>a watt</b></p>')
  })

  it.each([
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" java\tscript:alert(1)">x</a>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<form action="https://x.example"><button formaction="javascript:alert(1)">x</button></form>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<xmp><script>alert(1)</script></xmp>',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<object data="javascript:alert(1)"></object>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  ])('makes %s inert', (html) => {
    expect(ofHtml(html).html).not.toMatch(
      /javascript:|data:text|onerror=[^&]*alert\(1\)>|<svg|<form|<iframe|<script|<style|style=/i,
    )
  })

  it('makes relative addresses absolute against the page', () => {
    expect(ofHtml('<a href="../other">o</a><img src="/i.png">').html).toBe(
      '<a href="https://lighthouse.example/other" rel="nofollow noopener">o</a><img src="https://lighthouse.example/i.png" />',
    )
  })

  it('anchors headings in any script, and numbers equal ones', () => {
    const { toc, html } = ofHtml('<h2>性能 与 功耗</h2><p>x</p><h3>Power</h3><h3>Power</h3><h4>!!!</h4>')
    expect(toc).toEqual([
      { anchor: '性能-与-功耗', level: 2, title: '性能 与 功耗' },
      { anchor: 'power', level: 3, title: 'Power' },
      { anchor: 'power-1', level: 3, title: 'Power' },
      { anchor: 'section', level: 4, title: '!!!' },
    ])
    for (const { anchor } of toc) expect(html).toContain(`id="${anchor}"`)
  })

  it('keeps an anchor where another part of the text changes', () => {
    const before = ofHtml('<h2>First</h2><p>a</p><h2>功耗</h2>').toc[1]
    const after = ofHtml('<h2>Another</h2><p>b</p><p>c</p><h2>功耗</h2>').toc[1]
    expect(after?.anchor).toBe(before?.anchor)
  })

  it('never takes an id from outside', () => {
    expect(ofHtml('<p id="x">a</p><h2 id="evil">Power</h2>').html).toBe('<p>a</p><h2 id="power">Power</h2>')
  })

  it('is plain text a paragraph a line', () => {
    expect(ofHtml('<p>One\n two</p><ul><li>a</li><li>b &amp; c</li></ul><p>x<br>y</p>').text).toBe(
      'One two\na\nb & c\nx\ny',
    )
  })

  it('escapes what was sent as text, and parts paragraphs at blank lines', () => {
    const { html, text } = contentOf({ text: 'a <b>\r\nc\r\n\r\nd' }, base)
    expect(html).toBe('<p>a &lt;b&gt;<br>c</p>\n<p>d</p>')
    expect(text).toBe('a <b>\nc\n\nd')
  })

  it('counts words, and Han and kana characters as one each', () => {
    const words = (text: string) => contentOf({ text }, base).wordCount
    expect(words("It's half a watt")).toBe(4)
    expect(words('特斯拉关停超级计算机')).toBe(10)
    expect(words('英伟达 GPU 与自研 D1 芯片')).toBe(3 + 1 + 3 + 1 + 2)
    expect(words('')).toBe(0)
  })

  it('takes a minute for 400 Chinese characters or 230 English words', () => {
    const minutes = (text: string) => contentOf({ text }, base).readingMinutes
    expect(minutes('芯'.repeat(400))).toBe(1)
    expect(minutes('芯'.repeat(401))).toBe(2)
    expect(minutes('chip '.repeat(460))).toBe(2)
    expect(minutes('')).toBe(0)
  })

  it('refuses a body that is nested to exhaust the parser, at once', () => {
    const started = performance.now()
    expect(() => ofHtml('<div>'.repeat(150_000))).toThrow(/nested/)
    expect(performance.now() - started).toBeLessThan(500)
  })

  it('takes a long flat body', () => {
    expect(ofHtml('<p>x</p>'.repeat(5000)).wordCount).toBe(5000)
  })
})
