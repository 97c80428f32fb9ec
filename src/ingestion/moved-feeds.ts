import { siteOf } from '../outbound/hosts.ts'

/** What an editor is told of a feed that was led elsewhere: another owner's site is not believed to be the same outlet. */
export function movedAway(feedUrl: string, movedTo: string | null): string | null {
  if (movedTo === null || siteOf(movedTo) === siteOf(feedUrl)) return null
  return `The feed says that it has moved to ${movedTo}, which is another site: set feedUrl to follow it.`
}
