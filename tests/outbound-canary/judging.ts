import { type Cell, isHitOf, isOf, type Path, type World } from './path.ts'

export type Ran = {
  faults: string[]
  cells: number
  /** Refusals that somebody was told of. */
  told: number
  /** Of cells: those whose address was reached at the canary. */
  leaked: number
}
type Judging = { world: World; path: Path; cells: Cell[]; told: Map<string, string>; ran: Ran }

const hitsOf = ({ web }: World, path: Path, cell: Cell) =>
  web.hits.filter((hit) => isHitOf(path, cell, hit)).length
const visitsOf = ({ web }: World, path: Path, cell: Cell) =>
  web.visits.filter((visit) => isOf(path, cell, visit)).length

/** Nothing of the inside is reached, each refusal is told, and the public web is asked as often as without a guard. */
export function judgeGuarded({ world, path, cells, told, ran }: Judging): string[] {
  const { tells } = path
  return cells.flatMap((cell) => {
    if (hitsOf(world, path, cell) > 0) return [`${cell.url} (${cell.form.name}) was reached`]
    if (cell.form.isPublic)
      return path.isNeverAsked ? [] : faultOfPublic(world, path, cell, told.get(cell.id))
    if (!tells) return []
    const text = told.get(cell.id) ?? ''
    if (!tells.test(text) && cell.form.first) return []
    if (!tells.test(text))
      return [`${cell.url} (${cell.form.name}) was not reached, but told was: ${text.slice(0, 300)}`]
    ran.told++
    return []
  })
}

function faultOfPublic(world: World, path: Path, cell: Cell, told = ''): string[] {
  const visits = visitsOf(world, path, cell)
  return visits >= (path.times ?? 1)
    ? []
    : [`${cell.url} was asked for ${visits} times, so that the rest shows nothing: ${told.slice(0, 300)}`]
}

/** Without a guard everything is reached that a network leads to inside: only so does it mean something that it is not. */
export function judgeOpen({ world, path, cells, told, ran }: Judging): string[] {
  return cells.flatMap((cell) => {
    const { form, id, url } = cell
    const hits = hitsOf(world, path, cell)
    if (hits > 0) ran.leaked++
    if (path.isNeverAsked) return hits > 0 ? [`${url} was asked for, which nothing should do`] : []
    const mayMiss = form.isPublic || form.isUnroutable || form.isEither || form.first === 'outside'
    // A name that leads inside first does not at the second look.
    const expected = form.first === 'inside' ? 1 : (path.times ?? 1)
    if (mayMiss || hits >= expected) return []
    return [
      `${url} (${form.name}) reached the canary ${hits} times: its refusal shows nothing; told was: ${told.get(id)?.slice(0, 300)}`,
    ]
  })
}

/** A check that is made before, and not while connecting, lets something through on every way. */
export function judgeNaive({ world, path, cells, ran }: Judging): string[] {
  const leaked = cells.filter((cell) => hitsOf(world, path, cell) > 0).length
  ran.leaked += leaked
  return leaked > 0 || path.isNeverAsked ? [] : ['a check beforehand kept everything out']
}
