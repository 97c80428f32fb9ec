import type { Schema } from '../../src/http/document-types.ts'
import { conforms, resolved } from './schemas.ts'

export type Place = (string | number)[]
type Fault = { place: Place; value: unknown; kind: 'set' | 'remove' }

const values: unknown[] = [null, true, 0, -1, 1.5, 1e300, '', 'x', [], [null], {}, { unheardOf: 1 }]

/** All ways to change one thing of a value: a boundary overstepped, a member missing or too many, another type. */
export function faultsOf(schema: Schema, value: unknown): Fault[] {
  return placesOf(schema, value, []).flatMap(({ place, schema: own, value: member, removable }) => [
    ...(removable ? [{ place, value: undefined, kind: 'remove' as const }] : []),
    ...[...beyondOf(own, member), ...values].map((other) => ({ place, value: other, kind: 'set' as const })),
    ...extrasOf(member).map((name) => ({ place: [...place, name], value: 1, kind: 'set' as const })),
  ])
}

/** The value with the fault in it. */
export function withFault(value: unknown, { place: [name, ...rest], value: other, kind }: Fault): unknown {
  if (name === undefined) return other
  const copy = structuredClone(value) as Record<string | number, unknown>
  if (rest.length > 0) copy[name] = withFault(copy[name], { place: rest, value: other, kind })
  else if (kind === 'set')
    Object.defineProperty(copy, name, { value: other, enumerable: true, configurable: true, writable: true })
  else delete copy[name]
  return copy
}

type Part = { place: Place; schema: Schema; value: unknown; removable: boolean }

/** Each part of a value with the schema that it is held to. */
function placesOf(schema: Schema, value: unknown, place: Place, removable = false): Part[] {
  const own = chosen(resolved(schema), value)
  const whole = { place, schema: own, value, removable }
  if (Array.isArray(value)) {
    const items = value.slice(0, 2)
    return [whole, ...items.flatMap((item, index) => placesOf(own.items ?? {}, item, [...place, index]))]
  }
  if (typeof value !== 'object' || value === null) return [whole]
  const members = Object.entries(value).flatMap(([name, member]) => {
    const of = own.properties?.[name] ?? (own.additionalProperties as Schema | undefined) ?? {}
    return placesOf(typeof of === 'object' ? of : {}, member, [...place, name], true)
  })
  return [whole, ...members]
}

/** Of alternatives the one that the value is of. */
function chosen(schema: Schema, value: unknown): Schema {
  const choices = schema.anyOf ?? schema.oneOf
  const choice = choices?.map(resolved).find((one) => conforms(one, value))
  return choice ? chosen(choice, value) : schema
}

function extrasOf(value: unknown): string[] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? ['unheardOf', 'id', '__proto__', 'createdAt'] : []
}

/** One step over each boundary, and what no word, pattern or format allows. */
export function beyondOf(schema: Schema, value: unknown): unknown[] {
  const { minLength, maxLength, minimum, maximum, minItems, maxItems, enum: words, format, pattern } = schema
  const found: unknown[] = []
  if (minLength !== undefined) found.push('x'.repeat(Number(minLength) - 1))
  if (maxLength !== undefined)
    found.push('x'.repeat(Number(maxLength) + 1), '\u{1f680}'.repeat(Number(maxLength) + 1))
  if (minimum !== undefined) found.push(Number(minimum) - 1, Number(minimum) + 0.5)
  if (maximum !== undefined) found.push(Number(maximum) + 1)
  if (Array.isArray(value)) {
    if (minItems !== undefined) found.push(value.slice(0, Number(minItems) - 1))
    if (maxItems !== undefined) found.push(Array(Number(maxItems) + 1).fill(value[0] ?? 'x'))
  }
  if (words) found.push('unheardOf', String(words[0]).toUpperCase(), ` ${words[0]}`)
  if (format)
    found.push(
      'nonsense',
      '//lighthouse.example/',
      '2026-02-30T00:00:00Z',
      '2026-11-23',
      '2026-11-23T06:08:00',
    )
  if (pattern) found.push(' ', '\t', '')
  return found
}

/** Texts for a parameter that are not what its schema says, or may be. */
export function badTextsOf(schema: Schema, text: string): string[] {
  const beyond = beyondOf(schema, schema.items ? text.split(',') : text).map((value) =>
    [value].flat().join(','),
  )
  const ofItems = schema.items ? beyondOf(schema.items, '').map(String) : []
  return [...beyond, ...ofItems, '', '1.5', '0x10', '1e3', ' 5 ', '-1', 'yes', 'TRUE', 'x']
}
