import { z } from 'zod'
import { integerParameter, listParameter, slug } from '../http/parameters.ts'
import { changeTypes } from './change.ts'

/** A place in the log, by the number of an entry. */
export const place = integerParameter(0, Number.MAX_SAFE_INTEGER)

/** What a reader may be concerned with. */
export const filters = {
  types: listParameter(z.enum(changeTypes), changeTypes.length)
    .optional()
    .describe('Only these types, with commas between.'),
  tags: listParameter(slug)
    .optional()
    .describe(
      'Only what concerns one of these tags: articles that carry it or a tag below it, or did before the change, their links, and the tag itself.',
    ),
  sources: listParameter(z.string().max(200))
    .optional()
    .describe(
      'Only what concerns one of these sources, by id: its articles, their links, and the source itself.',
    ),
}

export const ChangesQuery = z.strictObject({
  after: place.default(0).describe('`lastSeq` of the answer before; 0 for the log from its beginning.'),
  ...filters,
  limit: integerParameter(1, 1000).default(100).describe('How many changes a page has, at most.'),
  wait: integerParameter(0, 60)
    .default(0)
    .describe('Seconds to wait for a change where there is none yet. The answer comes with the first one.'),
})

export const StreamQuery = z.strictObject({
  after: place
    .default(0)
    .describe('Where to begin: the `seq` that was seen last; 0 for the log from its beginning.'),
  ...filters,
  duration: integerParameter(0, 86_400)
    .default(86_400)
    .describe(
      'Seconds after which the stream ends. With 0 it ends once everything is told that is there already.',
    ),
})

export const StreamHeaders = z.looseObject({
  'last-event-id': place.optional().describe('The id of the last event that was seen.'),
})
