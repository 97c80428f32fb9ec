import type { Transaction } from '../database/database.ts'
import { Failure } from '../shared/failure.ts'
import { type LinkOrigin, maxLinks } from './link.ts'
import { type LinkRow, listPlaces, type Place, updatePosition } from './store.ts'

/**
 * Frees the place that a new or a moved link wants, at the end where it wants none, and answers which place that is and
 * which links changed theirs.
 */
export async function makeRoom(
  tx: Transaction,
  { id, article_id, origin }: Pick<LinkRow, 'id' | 'article_id' | 'origin'>,
  wanted: number | undefined,
): Promise<{ position: number; moved: string[] }> {
  const before = await listPlaces(tx, article_id, origin)
  const others = standing(
    before.filter((place) => place.id !== id),
    origin,
  )
  if (others.length >= maxLinks) {
    throw new Failure('conflict', `An article has at most ${maxLinks} links of one origin.`)
  }
  const end = (others.at(-1)?.position ?? -1) + 1
  const position = origin === 'editorial' ? Math.min(wanted ?? end, end) : (wanted ?? end)
  return { position, moved: await settle(tx, before, placed(others, { id, position })) }
}

/** After a link has gone. */
export async function closeGaps(tx: Transaction, articleId: string, origin: LinkOrigin): Promise<string[]> {
  const before = await listPlaces(tx, articleId, origin)
  return settle(tx, before, standing(before, origin))
}

/** Puts links in the order of these ids. */
export function arrange(tx: Transaction, before: Place[], ids: string[]): Promise<string[]> {
  return settle(
    tx,
    before,
    ids.map((id, position) => ({ id, position })),
  )
}

/** Editors count places without gaps; what a page lists keeps the places that it was sent with. */
function standing(places: Place[], origin: LinkOrigin): Place[] {
  return origin === 'editorial' ? places.map(({ id }, position) => ({ id, position })) : places
}

/** Whoever stands where the link comes moves one on, and so do those that are pushed by it. */
function placed(others: Place[], link: Place): Place[] {
  let taken = link.position
  const pushed = others.map((other) => {
    if (other.position !== taken) return other
    taken += 1
    return { id: other.id, position: taken }
  })
  return [...pushed, link]
}

/** Writes the places that differ, and answers whose they are; a link that is not there yet is passed over. */
async function settle(tx: Transaction, before: Place[], after: Place[]): Promise<string[]> {
  const known = new Map(before.map(({ id, position }) => [id, position]))
  const moved = after.filter(({ id, position }) => known.has(id) && known.get(id) !== position)
  for (const place of moved) await updatePosition(tx, place)
  return moved.map((place) => place.id)
}
