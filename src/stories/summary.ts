/** What a story is counted from: its published articles, the earliest first. */
export type Member = {
  id: string
  source_id: string
  language: string
  title: string
  published_at: string
  duplicate_of_id: string | null
}

const halfLifeMs = 12 * 60 * 60 * 1000

/**
 * The place of a story among others: twice the sources are worth half a day. It is a sum of both, and not what is left of
 * them by now, so that the order of two stories is the same at any time and an index can have it.
 */
export function heatOf(sourceCount: number, lastPublishedAt: string): number {
  return Math.log2(sourceCount) + heatOfTime(lastPublishedAt)
}

/** The heat of a story of one source; no story that was told of later has less. */
export function heatOfTime(publishedAt: string): number {
  return Date.parse(publishedAt) / halfLifeMs
}

/** The article that stands for a story: no copy of another, in the language of most, and of those the earliest. */
export function representativeOf<Candidate extends Omit<Member, 'source_id'>>(
  members: Candidate[],
): Candidate | undefined {
  const [language] = languagesOf(members)
  const rank = (member: Candidate) =>
    (member.duplicate_of_id === null ? 0 : 2) + (member.language === language ? 0 : 1)
  return members.toSorted((a, b) => rank(a) - rank(b))[0]
}

/** What the row of a story says of its members; nothing of its language and times where there are none. */
export function summaryOf(members: Member[]) {
  const [first, last, representative] = [members[0], members.at(-1), representativeOf(members)]
  const sourceCount = new Set(members.map((member) => member.source_id)).size
  const counts = {
    representative_id: representative?.id ?? null,
    article_count: members.length,
    source_count: sourceCount,
    languages: JSON.stringify(languagesOf(members)),
  }
  if (!first || !last || !representative) return counts
  return {
    ...counts,
    title: representative.title,
    language: representative.language,
    first_published_at: first.published_at,
    last_published_at: last.published_at,
    heat: heatOf(sourceCount, last.published_at),
  }
}

/** The languages of most members first; among equals, that of the earliest. */
function languagesOf(members: { language: string }[]): string[] {
  const counts = new Map<string, number>()
  for (const { language } of members) counts.set(language, (counts.get(language) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([language]) => language)
}
