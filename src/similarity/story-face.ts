import { type EventArticle, isChinese, tellsEvent } from './events.ts'
import { cosine, type Vector } from './vector.ts'

export type Member<Id> = { id: Id; isDuplicate: boolean } & Pick<
  EventArticle,
  'title' | 'language' | 'publishedAt' | 'genre' | 'vector'
>

/** What a story is shown as: its language, its title and the article that stands for it. */
export type StoryFace<Id> = { language: string; title: string; representative: Id }

/** Who is nearly as central as the most central is as good, and the earliest of those had the news first. */
const nearlyCentral = 0.8

/**
 * The earliest of the most central members that are neither digests nor copies, in the language of most members. The first
 * member's language decides between languages that are equally strong.
 */
export function faceOf<Id>(members: Member<Id>[], centroid: Vector): StoryFace<Id> | undefined {
  const byTime = [...members].sort((a, b) => a.publishedAt - b.publishedAt)
  const originals = byTime.filter((member) => tellsEvent(member) && !member.isDuplicate)
  const credible = originals.length > 0 ? originals : byTime
  const [first] = credible
  if (!first) return undefined
  const ofFirst = credible.filter(({ language }) => isChinese(language) === isChinese(first.language))
  const ofOther = credible.filter(({ language }) => isChinese(language) !== isChinese(first.language))
  const ofMost = ofOther.length > ofFirst.length ? ofOther : ofFirst
  const most = Math.max(...ofMost.map(({ vector }) => cosine(vector, centroid)))
  const shown = ofMost.find(({ vector }) => cosine(vector, centroid) >= nearlyCentral * most) ?? first
  return { language: shown.language, title: shown.title, representative: shown.id }
}
