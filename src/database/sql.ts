import { type RawValue, Sql } from 'sql-template-tag'

export { Sql }

type Strings = readonly string[]
/** Where one gets to from a statement's own strings over those of each statement in it: what all of them become. */
type Place = { strings?: Strings; next: WeakMap<Strings, Place> }

const longList = 100
const mostKept = 1000
const mostPlaces = 10_000
const aValue: Strings = Object.freeze([])
const newPlace = (): Place => ({ next: new WeakMap() })

const raws = new Map<string, Sql>()
const lists = new Map<string, Strings>()
let first = newPlace()
let places = 0

/**
 * Tagged template for every statement: `sql\`select … where id = ${id}\``. Values never become text. Statements stand in others as
 * values do.
 */
export function sql(strings: Strings, ...values: RawValue[]): Sql {
  return composed(strings, values)
}

/** Text of ours as a part of a statement: names and keywords, never what came from outside. */
export function raw(text: string): Sql {
  const known = raws.get(text)
  if (known) return known
  if (raws.size >= mostKept) raws.clear()
  const made = statement(Object.freeze([text]), [])
  raws.set(text, made)
  return made
}

export const empty = raw('')

/** Values or statements one behind the other. Throws where there are none, which no engine reads as an empty list. */
export function join(values: RawValue[], separator = ',', prefix = '', suffix = ''): Sql {
  if (values.length === 0) throw new TypeError('Nothing is to be joined.')
  return composed(between(values.length, separator, prefix, suffix), values)
}

/** Conditions ANDed behind `where`, or nothing where there are none. */
export function where(conditions: Sql[]): Sql {
  return conditions.length > 0 ? join(conditions, ' and ', 'where ') : empty
}

function between(count: number, separator: string, prefix: string, suffix: string): Strings {
  const make = () => [prefix, ...Array<string>(count - 1).fill(separator), suffix]
  if (count > longList) return make()
  const key = `${count} ${separator}\n${prefix}\n${suffix}`
  const known = lists.get(key)
  if (known) return known
  if (lists.size >= mostKept) lists.clear()
  const made = Object.freeze(make())
  lists.set(key, made)
  return made
}

function composed(strings: Strings, values: RawValue[]): Sql {
  if (!values.some((value) => value instanceof Sql)) return statement(strings, values)
  const flat: unknown[] = []
  let place: Place | undefined = behind(first, strings)
  for (const value of values) {
    place = place && behind(place, value instanceof Sql ? value.strings : aValue)
    if (value instanceof Sql) for (const inner of value.values) flat.push(inner)
    else flat.push(value)
  }
  if (!place) return statement(new Sql(strings, values).strings, flat)
  place.strings ??= Object.freeze(new Sql(strings, values).strings)
  return statement(place.strings, flat)
}

/** Without the copies that the constructor makes: what is made of the same parts has the same strings, by which its text is known again. */
function statement(strings: Strings, values: unknown[]): Sql {
  const made: { strings: Strings; values: unknown[] } = Object.create(Sql.prototype)
  made.strings = strings
  made.values = values
  return made as Sql
}

/** `undefined` behind strings that were made for this one statement. */
function behind(place: Place, strings: Strings): Place | undefined {
  const known = place.next.get(strings)
  if (known || !Object.isFrozen(strings)) return known
  if (places++ >= mostPlaces) {
    first = newPlace()
    places = 0
  }
  const made = newPlace()
  place.next.set(strings, made)
  return made
}
