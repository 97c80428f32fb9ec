import { isChinese } from './chinese.ts'
import { chineseKinds, otherKinds, wallText, wallTitle } from './genre-wordings.ts'

/**
 * What kind of text an article is: a company's notice, prices of a market, a digest of other news, an offer of a shop, sport,
 * weather and traffic, or a page of a site's defences in place of an article. Texts of one kind are worded alike whatever they
 * are about, so they need more than their words in common.
 */
export type Genre = 'news' | 'notice' | 'market' | 'digest' | 'promotion' | 'pastime' | 'wall'

const beginning = 160
/** An article about cookies or robots is longer. */
const longestWall = 600

/** By rules, and by the title above all: it says of what kind a text is before it says anything else. */
export function genreOf(title: string, lead: string, language: string): Genre {
  if (isWall(title, lead)) return 'wall'
  const start = lead.slice(0, beginning)
  const kinds = isChinese(language, title) ? chineseKinds : otherKinds
  return kinds.find((kind) => anyOf(kind.title, title) || kind.lead?.test(start))?.genre ?? 'news'
}

const isWall = (title: string, lead: string) =>
  anyOf(wallTitle, title) || (lead.length < longestWall && anyOf(wallText, lead.slice(0, 300)))

const anyOf = (patterns: RegExp[], text: string) => patterns.some((pattern) => pattern.test(text))
