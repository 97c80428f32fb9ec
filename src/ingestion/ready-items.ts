import { turns } from '../shared/turns.ts'
import type { DueFeed } from '../sources/polling.ts'
import { articleOfItem } from './article-of-item.ts'
import { cleanBodyOf } from './bodies.ts'
import type { KnownItem } from './identity.ts'
import type { ReadyItem } from './ingest.ts'
import type { Dropped, FeedItem } from './item.ts'
import type { ExtractedPage } from './page.ts'
import type { ItemPages } from './pages.ts'
import { plainText } from './parsing/texts.ts'
import type { Workshop } from './workshop.ts'

export type ReadyItems = {
  items: ReadyItem[]
  dropped: Dropped[]
  /** Not where items are left for the next poll, since they need more pages than one poll may fetch. */
  isComplete: boolean
  /** Items are kept without their pages, which may come later. */
  awaitsPages: boolean
}

/** A text of fewer characters is a summary. A Han character says about as much as three letters. */
const shortText = 600
/** Pictures and their sizes may stand before the first word. */
const looksAt = 10_000

/** The articles of items that are new or have changed, with their pages where the source wants them. */
export async function readyItems(
  feed: Pick<DueFeed, 'source_id' | 'name' | 'home_url' | 'attribution_template' | 'tags' | 'extraction'>,
  changed: KnownItem[],
  { pages, workshop, now }: { pages: ItemPages['read']; workshop: Workshop; now: Date },
): Promise<ReadyItems> {
  const source = {
    id: feed.source_id,
    name: feed.name,
    homeUrl: feed.home_url,
    attributionTemplate: feed.attribution_template,
    tags: JSON.parse(feed.tags) as string[],
  }
  const ready: ReadyItems = { items: [], dropped: [], isComplete: true, awaitsPages: false }
  const turnWhenLong = turns()
  // First those that were never tried: pages that fail do not keep others waiting.
  for (const known of changed.toSorted((a, b) => triesOf(a) - triesOf(b))) {
    await turnWhenLong()
    const { item } = known
    let page: ExtractedPage | undefined
    let { contentHash } = known
    if (item.url && wantsPage(feed.extraction, item)) {
      const answer = await pages(item.url)
      if (answer === 'later') {
        ready.isComplete = false
        continue
      }
      if ('page' in answer) page = answer.page
      else {
        ready.dropped.push({ stage: 'page', what: item.url, why: answer.problem })
        const tries = triesOf(known) + 1
        if (answer.isForNow && tries < mostTries) {
          contentHash += `${withoutPage}${tries}`
          ready.awaitsPages = true
        }
      }
    }
    const { article, dropped } = articleOfItem(source, item, page, now)
    ready.dropped.push(...(page?.dropped ?? []), ...dropped)
    const { content, problem } = article
      ? await cleanBodyOf(article, workshop)
      : { content: undefined, problem: null }
    if (problem) ready.dropped.push({ stage: 'clean', what: item.title ?? item.url ?? '', why: problem })
    ready.items.push({ ...known, contentHash, article, content, relatedLinks: page?.relatedLinks ?? [] })
  }
  return ready
}

/** What is made of an item alone is not what is made of it and its page: with this, it differs when the item comes again. */
const withoutPage = ' without its page, tries: '
/** A page that cannot be read so often cannot be read for good: on, the feed would be sent whole at every poll. */
const mostTries = 4

/** In how many polls the page of an item as it is now could not be read. */
function triesOf({ known, contentHash }: KnownItem): number {
  const [hash, tries = '0'] = known?.content_hash.split(withoutPage) ?? []
  return hash === contentHash ? Number(tries) : 0
}

function wantsPage(extraction: DueFeed['extraction'], item: FeedItem): boolean {
  if (extraction !== 'whenShort') return extraction === 'always'
  const text = plainText(item.contentHtml ?? item.summaryHtml ?? '', looksAt)
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0
  return text.length + 2 * han < shortText
}
