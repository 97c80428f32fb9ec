import { describe, expect, it } from 'vitest'
import { extractPage } from '../../../src/ingestion/extraction/extract-page.ts'
import { now, paragraphs, read, url } from './article-page.ts'

const extract = (html: string) => extractPage(html, { url, zone: null, now })

describe('a hostile page', () => {
  it.each([
    ['nested too deeply', '<div>'.repeat(20_000) + paragraphs, 'Its elements are nested more than 512 deep.'],
    ['of a million elements', '<i></i>'.repeat(1_000_000), 'It has more than 50000 elements.'],
    ['too long', 'x'.repeat(8_000_001), 'It is longer than 8000000 characters.'],
    [
      'small, and large once it is parsed',
      `<p>${Array.from({ length: 400 }, (_, at) => `<b id=${at}>`).join('')}</p>${'<p>x</p>'.repeat(500)}`,
      'It has more than 50000 elements.',
    ],
  ])('that is %s is not read, and says so', (_, html, why) => {
    const started = performance.now()
    const page = extract(html)
    expect(page).toMatchObject({
      title: null,
      bodyHtml: null,
      relatedLinks: [],
      dropped: [{ stage: 'page' }],
    })
    expect(page.dropped[0]?.why).toContain(why)
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('that is nested as deeply as is allowed is read', () => {
    const html = `<title>Deep</title>${'<div>'.repeat(500)}${paragraphs}${'</div>'.repeat(500)}`
    expect(extract(html).bodyHtml).toContain('Part 6')
  })

  it.each([
    ['an empty page', ''],
    ['a page cut in a tag', `<title>Cut</title>${paragraphs}<p class="`],
    ['bytes that are no text', '\u0000\uFFFD<\u0001a href="\u0002">'.repeat(100)],
    ['a frameset', '<frameset><frame src="a"></frameset>'],
    [
      'JSON-LD of odd kinds',
      '<script type="application/ld+json">[null,1,"x",{"@type":"Article","author":[null,[],{"name":{}}],"datePublished":{},"image":[[]]}]</script>',
    ],
  ])('does no harm: %s', (_, html) => {
    expect(extract(html).dropped.every(({ stage }) => stage === 'page')).toBe(true)
  })

  it('whose addresses run scripts names none of them', () => {
    const head =
      '<link rel="canonical" href="javascript:alert(1)"><meta property="og:image" content="data:image/png,x">'
    const after =
      '<h3>Related</h3><ul><li><a href="javascript:alert(1)">One</a></li><li><a href="/n/2">Two</a></li></ul>'
    const page = read({ head, after })
    expect(page).toMatchObject({ canonicalUrl: null, imageUrl: null, relatedLinks: [{ title: 'Two' }] })
  })
})
