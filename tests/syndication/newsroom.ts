import { addArticle, addSource, addTag } from '../articles/newsroom.ts'
import type { Api } from '../support/api.ts'

export const nastyTitle = 'AT&T <b>“Heron”</b> ]]> &amp; \u0008half a watt 😀 芯片\u{ffff}'
/** What can be written of it in XML. */
export const writtenTitle = 'AT&T <b>“Heron”</b> ]]> &amp; half a watt 😀 芯片'
export const nastySummary = 'Less < more & "quotes"\nin two lines'

/** Articles with all that feeds have to carry: licences, translators, images, originals, and what breaks bad writers. */
export async function fillNewsroom(api: Api) {
  const lighthouse = await addSource(api, { feedUrl: 'https://lighthouse.example/feed.xml' })
  const qingyan = await addSource(api, { name: '青檐 & 科技', homeUrl: 'https://qingyan.example/' })
  await addTag(api, 'chips', { name: 'Chips & dies' })
  const open = await addArticle(api, lighthouse, {
    url: 'https://lighthouse.example/新闻?a=1&b=<2>',
    title: nastyTitle,
    summary: nastySummary,
    language: 'en',
    authors: [{ name: 'Mara Quill', url: 'https://lighthouse.example/mara' }, { name: 'Ivo <Renn>' }],
    imageUrl: 'https://lighthouse.example/heron.png?w=1&h=2',
    publishedAt: '2026-11-23T06:08:00Z',
    attribution: { text: 'Mara Quill for Lighthouse', rightsHolder: 'Quill & Co', licence: 'CC-BY-4.0' },
    tags: ['chips'],
    body: { html: '<h2>Power</h2><p>Half a <em>watt</em> &lt;&amp; less. <a href="/more">More</a></p>' },
  })
  const closed = await addArticle(api, qingyan, {
    url: 'https://qingyan.example/heron',
    title: '苍鹭二代',
    language: 'zh',
    authors: [{ name: '顾砚秋', role: 'translator' }],
    publishedAt: '2026-11-22T06:08:00Z',
    attribution: {
      text: '编译自 Lighthouse',
      url: 'https://lighthouse.example/heron',
      licence: 'By permission',
    },
    translationOf: { url: 'https://lighthouse.example/heron', language: 'en' },
    body: { html: '<p>半瓦。</p>' },
  })
  return { lighthouse, qingyan, open, closed }
}
