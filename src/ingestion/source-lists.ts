import { z } from 'zod'
import type { Database, Queries, Transaction } from '../database/database.ts'
import { fieldErrors } from '../http/field-errors.ts'
import { Failure } from '../shared/failure.ts'
import { canonicalLanguage } from '../shared/language.ts'
import { type Outline, writeOpml } from '../shared/opml-writing.ts'
import { NewSource, type Source } from '../sources/source.ts'
import { addSource, readSources } from '../sources/sources.ts'
import { findTagIds, tagPaths } from '../tags/tags.ts'
import { tagsOfFolders } from './folder-tags.ts'
import { type ListedFeed, type ListFault, parseOpml } from './opml.ts'

const batchSize = 100
const maxFaults = 1000
const maxTags = 20

/** What an import of a list came to. */
export const SourceListImport = z
  .object({
    created: z.int().describe('Feeds that became sources.'),
    existing: z.int().describe('Feeds that sources had already. They keep their settings.'),
    failedCount: z.int().describe('Outlines of which nothing, or not all, could be taken.'),
    failed: z
      .array(
        z.object({
          line: z.int().describe('Of the list, from 1.'),
          title: z.string(),
          feedUrl: z.string().nullable(),
          problem: z.string(),
        }),
      )
      .describe(`The first ${maxFaults} of them.`),
    tags: z.array(z.string()).describe('Slugs of the tags that were made of folders.'),
  })
  .meta({
    id: 'SourceListImport',
    example: {
      created: 12,
      existing: 1,
      failedCount: 1,
      failed: [
        {
          line: 18,
          title: 'Quarry',
          feedUrl: 'ftp://quarry.example/feed',
          problem: 'feedUrl: Expected an absolute http or https URL.',
        },
      ],
      tags: ['chips'],
    },
  })
export type SourceListImport = z.infer<typeof SourceListImport>

/**
 * Adds the feeds of an OPML list as sources, in slices between which others write; what is there already stays as it is, so
 * that a list may be sent again. Folders become tags, inner ones below outer ones.
 */
export async function importSources(
  database: Database,
  text: string,
  progress: (done: number, total: number) => void = () => {},
): Promise<SourceListImport> {
  const { feeds, faults } = parseOpml(text)
  // Alone: what no tag is called now is made, and nobody else makes it meanwhile.
  const folders = await database.write((tx) => tagsOfFolders(tx, feeds), { alone: true })
  const inputs = inputsOf(feeds, folders.slugOf)
  const failed = [...faults, ...folders.faults]
  const counts = { created: 0, existing: 0 }
  for (let start = 0; start < inputs.length; start += batchSize) {
    const slice = inputs.slice(start, start + batchSize)
    const done = await database.write((tx) => addSlice(tx, slice))
    counts.created += done.created
    counts.existing += done.existing
    failed.push(...done.faults)
    progress(start + slice.length, inputs.length)
  }
  failed.sort((a, b) => a.line - b.line)
  return { ...counts, failedCount: failed.length, failed: failed.slice(0, maxFaults), tags: folders.made }
}

type Input = { feed: ListedFeed; tags: string[]; categories: string[] }

/** A feed that stands in several folders is one source, with the tags of all of them. */
function inputsOf(feeds: ListedFeed[], slugOf: (feed: ListedFeed) => string | undefined): Input[] {
  const inputs = new Map<string, Input>()
  for (const feed of feeds) {
    const input = inputs.get(feed.feedUrl) ?? { feed, tags: [], categories: [] }
    const slug = slugOf(feed)
    if (slug !== undefined) input.tags.push(slug)
    input.categories.push(...feed.categories)
    inputs.set(feed.feedUrl, input)
  }
  return [...inputs.values()]
}

async function addSlice(tx: Transaction, slice: Input[]) {
  const done = { created: 0, existing: 0, faults: [] as ListFault[] }
  const known = await knownTags(tx, slice)
  for (const input of slice) {
    const { data, error } = NewSource.safeParse(newSourceOf(input, known))
    if (data) done[await addListed(tx, data)]++
    else done.faults.push(faultOf(input.feed, error))
  }
  return done
}

/** The categories that name tags. Others are of the reader that the list comes from. */
async function knownTags(tx: Transaction, slice: Input[]): Promise<Set<string>> {
  const named = [...new Set(slice.flatMap(({ categories }) => categories.slice(0, maxTags)))]
  const ids = await findTagIds(tx, named)
  return new Set(named.filter((_, index) => ids[index] !== undefined))
}

async function addListed(tx: Transaction, input: NewSource): Promise<'created' | 'existing'> {
  try {
    await addSource(tx, input)
    return 'created'
  } catch (error) {
    if (error instanceof Failure && error.code === 'conflict') return 'existing'
    throw error
  }
}

function newSourceOf({ feed, tags, categories }: Input, known: Set<string>): unknown {
  const { title, feedUrl, homeUrl, language } = feed
  const feedAddress = URL.parse(feedUrl)
  const isHome = NewSource.shape.homeUrl.safeParse(homeUrl).success
  return {
    name: [...(title || feedAddress?.hostname || feedUrl)].slice(0, 200).join(''),
    homeUrl: isHome ? homeUrl : `${feedAddress?.origin}/`,
    feedUrl,
    language: language !== null && canonicalLanguage(language) !== undefined ? language : null,
    tags: [...new Set([...tags, ...categories.filter((slug) => known.has(slug))])].slice(0, maxTags),
  }
}

function faultOf({ line, title, feedUrl }: ListedFeed, error: z.ZodError): ListFault {
  // Where the address of the feed is wrong, so is the home that was made of it.
  const errors = fieldErrors(error, 'body')
  const first = errors.find(({ path }) => path === 'feedUrl') ?? errors[0]
  return { line, title, feedUrl, problem: `${first?.path}: ${first?.message}` }
}

/** All sources that have a feed as OPML, each in the folder of its first tag, which stands in that of the tag above it. */
export async function exportSources(q: Queries): Promise<string> {
  const sources = await readSources(q)
  const paths = await tagPaths(q, [...new Set(sources.flatMap(({ tags }) => tags[0] ?? []))])
  const top: Outline = { title: '', attributes: {}, outlines: [] }
  for (const source of sources) {
    if (source.feedUrl === null) continue
    const path = paths.get(source.tags[0] ?? '') ?? []
    folderAt(top, path).outlines.push(outlineOf(source))
  }
  return writeOpml('Sources', top.outlines)
}

function folderAt(top: Outline, path: { slug: string; name: string }[]): Outline {
  let folder = top
  for (const { slug, name } of path) {
    const there = folder.outlines.find(({ attributes }) => !attributes.xmlUrl && attributes.category === slug)
    if (there) {
      folder = there
      continue
    }
    const made: Outline = { title: name, attributes: { category: slug }, outlines: [] }
    folder.outlines.push(made)
    folder = made
  }
  return folder
}

function outlineOf({ name, feedUrl, homeUrl, language, tags }: Source): Outline {
  const attributes = { type: 'rss', xmlUrl: feedUrl, htmlUrl: homeUrl, language, category: tags.join(',') }
  return { title: name, attributes, outlines: [] }
}
