import type { Transaction } from '../database/database.ts'
import { Failure, invalidField } from '../shared/failure.ts'
import { isSlug, maxSlugLength, normaliseSlug } from '../shared/slug.ts'
import { addTag, findTagIds, requireTag } from '../tags/tags.ts'
import type { Folder, ListedFeed, ListFault } from './opml.ts'

const maxFolders = 500
const maxNameLength = 100

type FolderTags = {
  /** The tag of the innermost folder that has one. */
  slugOf: (feed: ListedFeed) => string | undefined
  made: string[]
  faults: ListFault[]
}

/**
 * The tags that the folders of a list stand for: those that are called so, else new ones below the tag of the folder around.
 * A folder that can be no tag is told, and its feeds get the tag of the one around it.
 */
export async function tagsOfFolders(tx: Transaction, feeds: ListedFeed[]): Promise<FolderTags> {
  const slugs = new Map<string, string | undefined>()
  const made: string[] = []
  const faults: ListFault[] = []
  async function settle(folder: Folder, above: string | undefined): Promise<string | undefined> {
    const present = await findFolderTag(tx, folder)
    if (present !== undefined) return present
    try {
      const slug = await makeFolderTag(tx, folder, above)
      made.push(slug)
      return slug
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const problem = `The folder becomes no tag: ${error.message}`
      faults.push({ line: folder.line, title: folder.title, feedUrl: null, problem })
      return above
    }
  }
  for (const path of pathsOf(feeds)) {
    slugs.set(keyOf(path), await settle(path.at(-1) as Folder, slugs.get(keyOf(path.slice(0, -1)))))
  }
  return { slugOf: ({ folders }) => slugs.get(keyOf(folders)), made, faults }
}

/** Every folder with those around it, each once and outer ones first. Throws `validation-failed` for too many. */
function pathsOf(feeds: ListedFeed[]): Iterable<Folder[]> {
  const paths = new Map<string, Folder[]>()
  for (const { folders } of feeds) {
    for (let depth = 1; depth <= folders.length; depth++) {
      const path = folders.slice(0, depth)
      const key = keyOf(path)
      if (!paths.has(key)) paths.set(key, path)
    }
  }
  if (paths.size > maxFolders) throw invalidField('opml', `Has more than ${maxFolders} folders.`)
  return paths.values()
}

/** Folders of one title in one place are one. */
const keyOf = (path: Folder[]) => path.map(({ title }) => title).join('\n')

/** By its title, else by the category that it names: an exported list says so of folders that are called otherwise. */
async function findFolderTag(tx: Transaction, { title, categories }: Folder): Promise<string | undefined> {
  const ids = await findTagIds(tx, [slugOf(title), ...categories])
  const id = ids.find((found) => found !== undefined)
  return id === undefined ? undefined : (await requireTag(tx, id)).slug
}

async function makeFolderTag(
  tx: Transaction,
  { title }: Folder,
  parent: string | undefined,
): Promise<string> {
  const slug = slugOf(title)
  if (!isSlug(slug)) throw new Failure('validation-failed', 'Its title has no letters and no digits.')
  const name = [...title].slice(0, maxNameLength).join('')
  return (await addTag(tx, { slug, name, parent })).slug
}

/** `Science & Culture` becomes `science-culture`: what no slug has is left out. */
function slugOf(title: string): string {
  const words = normaliseSlug(title).replace(/[^\p{L}\p{N}\p{M}.+#]+/gu, '-')
  const begun = words.replace(/^[^\p{L}\p{N}]+/u, '')
  return [...begun].slice(0, maxSlugLength).join('').replace(/-+$/, '')
}
