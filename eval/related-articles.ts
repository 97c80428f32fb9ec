import { genreOf } from '../src/similarity/genre.ts'
import { leadOf } from '../src/similarity/lead.ts'
import {
  chooseRelated,
  decay,
  leastScore,
  type RelatedArticle,
  relatedScore,
} from '../src/similarity/related.ts'
import { titleOf } from '../src/similarity/title.ts'
import { type Counts, cosine, countWords, type Frequencies, weigh } from '../src/similarity/vector.ts'

export type Text = { id: string; title: string; body: string; at: number; language: string }
export type Candidate = { other: number; score: number }
export type Indexed = {
  texts: Text[]
  articles: RelatedArticle[]
  candidates(index: number, least?: number): Candidate[]
}

/** Texts of one story are this much alike. */
const sameStory = 0.5
/** And copies of one text this much. */
const sameText = 0.85
const mostCandidates = 100

/** All articles in memory, as the tables of a server hold them: vectors, postings, titles. */
export function indexTexts(texts: Text[]): Indexed {
  const leads = texts.map(({ title, body, language }) => leadOf(body, language, title))
  const counts = texts.map(({ title }, index) => countWords(title, leads[index] as string))
  const frequencies = countArticles(counts)
  const articles = texts.map(({ title, at, language }, index) => {
    const lead = leads[index] as string
    return {
      vector: weigh(counts[index] as Counts, frequencies),
      title: titleOf(title, lead, frequencies),
      genre: genreOf(title, lead, language),
      publishedAt: at,
    }
  })
  const postings = postingsOf(articles)
  return {
    texts,
    articles,
    candidates: (index, least = leastScore) => candidatesOf(articles, postings, { index, least }),
  }
}

/** What a reader of this article is shown: the best first, at most two of a story, no copies. */
export function shownWith({ articles, candidates }: Indexed, index: number): Candidate[] {
  const article = articles[index] as RelatedArticle
  const alike = (a: number, b: number) =>
    cosine((articles[a] as RelatedArticle).vector, (articles[b] as RelatedArticle).vector)
  const found = candidates(index)
    .slice(0, mostCandidates)
    .filter(({ other }) => alike(index, other) <= sameText)
    .map(({ other, score }) => ({
      other,
      score,
      relation: relatedScore(article, articles[other] as RelatedArticle),
      isSameStory: false,
    }))
  return chooseRelated(found, {
    areOneText: (a, b) => alike(a.other, b.other) > sameText,
    areOneStory: (a, b) => alike(a.other, b.other) > sameStory,
  })
}

type Postings = Map<string, { other: number; weight: number }[]>

function countArticles(counts: Counts[]): Frequencies {
  const articles = new Map<string, number>()
  for (const words of counts)
    for (const word of words.keys()) articles.set(word, (articles.get(word) ?? 0) + 1)
  return { documents: counts.length, of: (word) => articles.get(word) ?? 0 }
}

function postingsOf(articles: RelatedArticle[]): Postings {
  const postings: Postings = new Map()
  for (const [other, { vector }] of articles.entries())
    for (const [word, weight] of vector) {
      const list = postings.get(word)
      if (list) list.push({ other, weight })
      else postings.set(word, [{ other, weight }])
    }
  return postings
}

function candidatesOf(
  articles: RelatedArticle[],
  postings: Postings,
  { index, least }: { index: number; least: number },
) {
  const { vector, publishedAt } = articles[index] as RelatedArticle
  const sums = new Map<number, number>()
  for (const [word, weight] of vector)
    for (const posting of postings.get(word) ?? [])
      sums.set(posting.other, (sums.get(posting.other) ?? 0) + weight * posting.weight)
  return [...sums]
    .filter(([other]) => other !== index)
    .map(([other, sum]) => ({
      other,
      score: sum * decay(publishedAt - (articles[other] as RelatedArticle).publishedAt),
    }))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score || a.other - b.other)
}
