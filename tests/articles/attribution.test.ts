import { describe, expect, it } from 'vitest'
import { attributionOf } from '../../src/articles/attribution.ts'

const article = { attribution: null, title: 'Half the power', url: 'https://a.example/1' }
const authors = ['Mara Quill', '李雷'].map((name) => ({ name, url: null, role: 'author' }))

function credit(attributionTemplate: string | null, by: typeof authors = []): string {
  return attributionOf(article, { name: 'Lighthouse', attributionTemplate }, by as never).text
}

describe('the credit of an article', () => {
  it('is made of the template of its source, or is its name', () => {
    const template = '{author}, {source}: “{title}” ({url})'
    expect(credit(template, authors)).toBe(
      'Mara Quill, 李雷, Lighthouse: “Half the power” (https://a.example/1)',
    )
    expect(credit(null, authors)).toBe('Lighthouse')
  })

  it('is the one that was sent with it', () => {
    const attribution = { text: 'By hand', url: null, rightsHolder: null, licence: null, required: false }
    const sent = { ...article, attribution: JSON.stringify(attribution) }
    expect(attributionOf(sent, { name: 'Lighthouse', attributionTemplate: '{source}' }, [])).toEqual(
      attribution,
    )
  })

  it.each([
    ['{author}, {source}', 'Lighthouse'],
    ['{author}, {source}: {url}', 'Lighthouse: https://a.example/1'],
    ['{author} at {source}: {url}', 'Lighthouse: https://a.example/1'],
    ['“{title}”, by {author} for {source}', '“Half the power”, Lighthouse'],
    ['文章来源：{source}，作者：{author}，原文：{url}', '文章来源：Lighthouse，原文：https://a.example/1'],
    ['来源:{source},作者:{author}({url})', '来源:Lighthouse, (https://a.example/1)'],
    ['{title} · {author} · {source}', 'Half the power · Lighthouse'],
    ['{author} | {source} | {title}', 'Lighthouse | Half the power'],
    ['{source} — {author}', 'Lighthouse'],
    ['{source} ({author})', 'Lighthouse'],
    ['{source}（{author}）', 'Lighthouse'],
    ['({author}, {source})', '(Lighthouse)'],
    ['{source}: {title} ({url}, {author})', 'Lighthouse: Half the power (https://a.example/1)'],
    ['{source}, ({author})', 'Lighthouse'],
    ['{source} by {author}: {url}', 'Lighthouse: https://a.example/1'],
    ['{title} — {author}: {source}', 'Half the power — Lighthouse'],
    ['By {author}', 'Lighthouse'],
    ['{author}，{author}', 'Lighthouse'],
    ['Credited', 'Credited'],
    ['{source}: {title}', 'Lighthouse: Half the power'],
  ])('leaves out of %s what says who wrote it where nobody is named', (template, expected) => {
    expect(credit(template)).toBe(expected)
  })
})
