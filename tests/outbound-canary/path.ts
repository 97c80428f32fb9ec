import type { Form } from './forms.ts'
import type { Newsroom } from './newsroom.ts'
import type { Hit, Web } from './web.ts'
import type { Names } from './zone.ts'

/** One way out with one form of address. */
export type Cell = { id: string; form: Form; url: string }
export type World = { web: Web; names: Names }

/** A way on which the program asks for an address that others have given it. */
export type Path = {
  name: string
  key: string
  forms: Form[]
  /** Has the program ask for all of these, waits until it has, and answers what it told of each. */
  ask(newsroom: Newsroom, cells: Cell[], world: World): Promise<Map<string, string>>
  /** What is told where an address is refused; absent where nobody asked who could be told. */
  tells?: RegExp
  /** Nothing is asked for on this way, guard or no guard. */
  isNeverAsked?: true
  /** What of the web and of the canary belongs to a cell, where that is more than an address with its name. */
  belongs?(cell: Cell, asked: { host: string; path: string }): boolean
  /** How often the public form is asked for at least, and the others without a guard. */
  times?: number
}

export const refused = /may not be reached/

export function cellsOf(path: Path, place: number, chosen: Form[] = path.forms): Cell[] {
  return chosen.map((form) => {
    const id = `${path.key}-${path.forms.indexOf(form)}`
    return { id, form, url: `${form.scheme ?? 'http'}://${form.host(id, place)}/${id}` }
  })
}

/** Whether a cell has been asked for, by its own name in the address or in the host. */
export function isOf(path: Path, cell: Cell, { host, path: asked }: { host: string; path: string }): boolean {
  if (path.belongs) return path.belongs(cell, { host, path: asked })
  const names = [asked.split('/')[1], /^\w+-(\w+-\d+)\./.exec(host)?.[1]]
  return names.includes(cell.id)
}

export const isHitOf = (path: Path, cell: Cell, { host, asked }: Hit) =>
  isOf(path, cell, { host, path: asked })

/** A page of the public web at a host of its own for each cell. */
export const pageUrl = (cell: Cell, path = '/') => `http://public-from-${cell.id}.example${path}`

/** Redirects take turns in how they redirect. */
export function statusFor({ id }: Cell): number {
  const statuses = [301, 302, 303, 307, 308]
  return statuses[Number(id.split('-').at(-1)) % statuses.length] as number
}

/** Headers are bytes: what is not ASCII in an address is sent as UTF-8, as many servers do. */
export const redirecting = (cell: Cell, status = statusFor(cell)) => ({
  status,
  headers: { location: Buffer.from(cell.url).toString('latin1') },
})
