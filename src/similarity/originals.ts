import { type Credited, creditsOther } from './naming.ts'

/** One of several articles that are the same text. Times are RFC 3339. */
export type Publication = Credited & { id: string; publishedAt: string; firstSeenAt: string }

const hourMs = 3_600_000
/** A clock may go wrong by so much; what is dated further ahead of when it was seen is dated wrongly. */
const aheadMs = hourMs
/** The year of the first page of the web. */
const earliestMs = Date.UTC(1991, 0)

/**
 * Which of the articles with one text is the original: none that credits another of them, then the first by what can be
 * believed of its time. `undefined` only of none.
 */
export function originalOf<Article extends Publication>(articles: readonly Article[]): Article | undefined {
  const creditsNone = (article: Article) =>
    !articles.some((other) => other !== article && creditsOther(article, other))
  const uncredited = articles.filter(creditsNone)
  // Who credit each other in a ring tell nothing.
  const eligible = uncredited.length > 0 ? uncredited : [...articles]
  return eligible.sort((a, b) => credibleMs(a) - credibleMs(b) || seenMs(a) - seenMs(b) || byId(a, b))[0]
}

/** When an article came out, as far as it can be believed: not after it was seen, and a mere date is the end of its day. */
function credibleMs(article: Publication): number {
  const published = Date.parse(article.publishedAt)
  const seen = seenMs(article)
  if (!(published >= earliestMs) || published > seen + aheadMs) return seen
  const isDate = published % (24 * hourMs) === 0
  return isDate ? Math.min(published + 24 * hourMs, Math.max(seen, published)) : published
}

const seenMs = ({ firstSeenAt }: Publication) => Date.parse(firstSeenAt)
const byId = (a: Publication, b: Publication) => (a.id < b.id ? -1 : 1)
