import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseQuery } from '../../src/text-index/grammar.ts'

const page = readFileSync(new URL('../../docs/search.md', import.meta.url), 'utf8')

/** The first column of the table below a heading. */
function queriesBelow(heading: string): string[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, query = '']) => query)
}

describe('the page about searching', () => {
  it.each(queriesBelow('What can be written'))('shows %s, which can be read', (query) => {
    expect(parseQuery(query)).toBeDefined()
  })

  it.each(queriesBelow('What cannot be read'))('shows %s, which cannot', (query) => {
    expect(() => parseQuery(query)).toThrow(/Character \d+/)
  })

  it('has examples of both', () => {
    expect(queriesBelow('What can be written').length).toBeGreaterThan(10)
    expect(queriesBelow('What cannot be read').length).toBeGreaterThan(5)
  })
})
