import { z } from 'zod'
import { canonicalLanguage } from '../shared/language.ts'
import { isSlug, maxSlugLength, normaliseSlug } from '../shared/slug.ts'

/** A whole number in a query: digits only, since `Number` would read `''`, `0x10` and `1e3` too. */
export function integerParameter(minimum: number, maximum: number) {
  const digits = (value: unknown) =>
    typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  const error = expecting(
    `a whole number from ${minimum.toLocaleString('en')} to ${maximum.toLocaleString('en')}`,
  )
  return z.preprocess(digits, z.int({ error }).min(minimum, { error }).max(maximum, { error }))
}

/** The words for what was sent and is not that; what is missing is said to be. */
export function expecting(what: string): z.core.$ZodErrorMap {
  return ({ input }) => {
    if (input === undefined) return undefined
    return Array.isArray(input) ? 'Expected one value, not several.' : `Expected ${what}.`
  }
}

/** Yes or no in a query. */
export const flag = z.preprocess(
  (word) => ({ true: true, false: false })[String(word)] ?? word,
  z.boolean({ error: expecting('true or false') }),
)

/** A list in a query, with commas (`a,b`) or repeated (`?x=a&x=b`). */
export function listParameter<Item extends z.ZodType>(item: Item, maximum = 20) {
  const split = (value: unknown) =>
    (Array.isArray(value) ? value : [value]).flatMap((part) =>
      typeof part === 'string' ? part.split(',') : [part],
    )
  return z.preprocess(split, z.array(item).min(1).max(maximum))
}

/** RFC 3339 with any offset, kept as UTC with milliseconds, so that texts sort as times do. */
export const moment = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: expecting('a time with its offset, such as 2026-11-23T06:08:00Z or 2026-11-23T14:08:00+08:00'),
  })
  .refine((text) => inRange(text), 'Expected a time between the years 0000 and 9999.')
  .overwrite((text) => (inRange(text) ? new Date(text).toISOString() : text))
  .meta({
    description: 'RFC 3339; answers are in UTC with milliseconds.',
    example: '2026-11-23T06:08:00.000Z',
  })

/** A moment as answers show it. */
export const time = z.iso.datetime({ precision: 3 })

function inRange(text: string): boolean {
  const year = new Date(text).getUTCFullYear()
  return year >= 0 && year <= 9999
}

/** An absolute http or https address, as it was sent. */
export const webUrl = z
  .url({ protocol: /^https?$/, hostname: /^[^\s]+$/, error: expecting('an absolute http or https URL') })
  .max(2000)
  .refine((url) => !/[\s\p{Cc}]/u.test(url), 'A URL has no blanks and no control characters.')
  .refine((url) => !hasCredentials(url), 'A URL with credentials is not taken.')
  // Of RFC 3987: addresses of Chinese pages are often sent as they are read.
  .meta({ format: 'iri', example: 'https://example.com/story/1' })

function hasCredentials(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && url.username + url.password !== ''
}

/** A text that says something, without the blanks around it. */
export const line = (maximum: number) => z.string().trim().min(1).max(maximum)

/** An id in a path, of any form: one that nothing has is a 404. */
export const pathId = (what: string) => z.string().max(100).describe(`The id of ${what}.`)

export const language = z
  .string()
  .max(35)
  .refine(
    (tag) => canonicalLanguage(tag) !== undefined,
    'Expected a BCP 47 language tag, such as en or zh-Hans.',
  )
  .overwrite((tag) => canonicalLanguage(tag) ?? tag)
  .meta({ description: 'BCP 47.', example: 'zh' })

/** The slug of a tag, as it may be sent. */
export const slug = z
  .string()
  .max(200)
  .overwrite(normaliseSlug)
  .refine(
    isSlug,
    `Expected 1 to ${maxSlugLength} letters of any script and digits, with \`.\`, \`+\` or \`#\` among them and words joined by \`-\`.`,
  )
  .meta({
    description: 'Letters are lower-cased, widths folded and blanks become `-`: `AI` names the tag `ai`.',
    example: 'open-source',
  })

export const pageQuery = {
  limit: integerParameter(1, 100).default(20).describe('How many items a page has, at most.'),
  cursor: z.string().max(1000).optional().describe('`page.next` of the page before, with the same filters.'),
}

export const Page = z
  .object({
    next: z.string().nullable().describe('The cursor of the next page; null on the last.'),
    limit: z.int(),
    total: z.int().optional().describe('How many items there are in all, where `total=exact` asked for it.'),
    approximate: z
      .boolean()
      .optional()
      .describe(
        '`true` where a bound was met: `total`, facets or the order speak of the newest matches, not of all.',
      ),
  })
  .meta({ id: 'Page', example: { next: null, limit: 20 } })

/** The answer of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), page: Page })
}
