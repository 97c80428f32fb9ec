import type { SavedFeed } from './saved-feeds.ts'

/** What happens to an item once it is out. `until` is when it is back where it leaves the feed. */
export type ItemEvent = { at: number; kind: 'title' | 'text' | 'date' | 'guid' | 'absence'; until: number }

/** An item with all that will become of it. `mark` is by what we know it, whatever it says of itself. */
export type PlannedItem = {
  mark: string
  text: string
  publishedAt: number
  events: ItemEvent[]
  /** When an editor deletes its article. */
  deletedAt: number | undefined
}

type Plan = { outlet: number; times: number[]; random: () => number; until: number }
const hourMs = 3_600_000

export function plannedItems({ items }: SavedFeed, { outlet, times, random, until }: Plan): PlannedItem[] {
  const links = items.map(({ facts }) => facts.link)
  return items.map(({ text, facts }, index) => {
    const publishedAt = times[index] as number
    const hasOwnLink = facts.link !== undefined && links.filter((link) => link === facts.link).length === 1
    const isKnownByItself = facts.guid !== undefined || hasOwnLink
    const soon = (hours: number) => publishedAt + (0.1 + hours * random()) * hourMs
    const event = (kind: ItemEvent['kind'], at: number): ItemEvent[] =>
      at < until ? [{ at, kind, until: at + (2 + 6 * random()) * hourMs }] : []
    const chance = random()
    const deletedAt = random() < 0.04 ? soon(12) : undefined
    return {
      mark: `m${outlet}x${index}`,
      text,
      publishedAt,
      deletedAt,
      events: [
        ...(deletedAt === undefined ? [] : event('text', deletedAt + hourMs)),
        ...(random() < 0.12 ? event('text', soon(10)) : []),
        ...(isKnownByItself && random() < 0.08 ? event('title', soon(10)) : []),
        ...(isKnownByItself && chance < 0.06 ? event('date', soon(24)) : []),
        ...(facts.guid && hasOwnLink && chance > 0.94 ? event('guid', soon(24)) : []),
        ...(chance > 0.4 && chance < 0.47 ? event('absence', soon(6)) : []),
      ].sort((a, b) => a.at - b.at),
    }
  })
}

export type Edition = { title: number; text: number; guid: number; date: number }

/** What has become of an item by a moment: how often each thing of it was changed, and when it says that it came out. */
export function editionAt({ publishedAt, events }: PlannedItem, now: number): Edition {
  const past = events.filter(({ at }) => at <= now)
  const count = (kind: ItemEvent['kind']) => past.filter((event) => event.kind === kind).length
  const dated = past.findLast(({ kind }) => kind === 'date')
  return { title: count('title'), text: count('text'), guid: count('guid'), date: dated?.at ?? publishedAt }
}

export function isOutAt({ publishedAt, events }: PlannedItem, now: number): boolean {
  return (
    publishedAt <= now &&
    !events.some(({ at, kind, until }) => kind === 'absence' && at <= now && now < until)
  )
}
