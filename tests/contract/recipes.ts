import fc from 'fast-check'
import type { Parameter, Schema } from '../../src/http/document-types.ts'
import { document, type Operation, operations } from '../conventions/document.ts'
import { serialised } from './schemas.ts'
import { valuesOf } from './values.ts'

/** What a request is made of. It fits the document but for its one `fault`. */
export type Recipe = {
  id: string
  role: number
  /** By place and name; none where the parameter is left out. */
  parameters: Record<string, string>
  body: unknown
  /** Of the types that the operation reads, which. */
  type: number
  fault: Fault
}
export type Fault =
  | { kind: 'none' }
  /** The nth change of the body, of those that there are. */
  | { kind: 'body'; nth: number }
  | { kind: 'bytes'; text: string }
  | { kind: 'parameter'; nth: number; which: number }
  | { kind: 'unknown parameter'; name: string }
  | { kind: 'repeated parameter'; nth: number }
  | { kind: 'method'; method: string }
  | { kind: 'type'; type: string }

/** They wait for what happens next, which here is nothing. */
const waits: Record<string, string> = { 'query duration': '0', 'query wait': '0' }
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']
const types = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/x-ndjson',
  'application/json',
  'application/merge-patch+json',
  'application/JSON; charset=utf-16',
  'application/jsonx',
  'json',
  '',
]
const noJson = [
  '',
  '{',
  'nul',
  '[1,]',
  '{"a":1}{"a":1}',
  "{'a':1}",
  '{"a":NaN}',
  '{"a":"\u0001"}',
  '[]',
  'null',
  '"x"',
  '0',
]

export const bodySchema = (operation: Operation): Schema | undefined => {
  const described = document.paths[operation.path]?.[operation.method.toLowerCase() as 'get']
  return described?.requestBody?.content[operation.types[0] ?? '']?.schema
}

export const placeOf = (parameter: Parameter) => `${parameter.in} ${parameter.name}`

export function recipes(roles: number): fc.Arbitrary<Recipe> {
  return fc.oneof(...operations.map((operation) => recipeOf(operation, roles)))
}

function recipeOf(operation: Operation, roles: number): fc.Arbitrary<Recipe> {
  const schema = bodySchema(operation)
  return fc.record({
    id: fc.constant(operation.id),
    // As an administrator most of the time, since whoever may not do it gets no further.
    role: fc.oneof({ weight: 3, arbitrary: fc.constant(roles - 1) }, fc.nat(roles - 1)),
    parameters: parametersOf(operation),
    body: schema ? valuesOf(schema) : fc.constant(undefined),
    type: fc.nat(5),
    fault: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
      { weight: 9, arbitrary: faultsOfRequest(operation) },
    ),
  })
}

/** Parts of an address name what is there, and come from a request that succeeds. */
function parametersOf({ parameters }: Operation): fc.Arbitrary<Record<string, string>> {
  const free = parameters.filter((parameter) => parameter.in !== 'path' && !waits[placeOf(parameter)])
  const members = free.map((parameter) => [
    placeOf(parameter),
    valuesOf(parameter.schema, parameter.name)
      .map(serialised)
      .map((text) => (parameter.in === 'header' ? carried(text) : text)),
  ])
  const required = free.filter((parameter) => parameter.required).map(placeOf)
  const waiting = Object.fromEntries(
    parameters
      .filter((parameter) => waits[placeOf(parameter)])
      .map((parameter) => [placeOf(parameter), waits[placeOf(parameter)]]),
  )
  const some = fc.record(Object.fromEntries(members), { requiredKeys: required }) as fc.Arbitrary<
    Record<string, string>
  >
  return some.map((chosen) => ({ ...fewOf(chosen, required), ...waiting }) as Record<string, string>)
}

/** HTTP carries no other letters in a header. */
const carried = (text: string) => (/^[\x21-\x7e]+$/.test(text) ? text : '"1"')

/** All at once mostly contradict each other; three of them say as much. */
function fewOf(chosen: Record<string, string>, required: string[]): Record<string, string> {
  const optional = Object.keys(chosen).filter((name) => !required.includes(name))
  const start = optional.length > 3 ? JSON.stringify(chosen).length % (optional.length - 2) : 0
  const kept = new Set([...required, ...optional.slice(start, start + 3)])
  return Object.fromEntries(Object.entries(chosen).filter(([name]) => kept.has(name)))
}

function faultsOfRequest({ types: own, parameters }: Operation): fc.Arbitrary<Fault> {
  const ofBody: fc.WeightedArbitrary<Fault>[] = [
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('body' as const), nth: fc.nat(2000) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('bytes' as const), text: fc.constantFrom(...noJson) }),
    },
  ]
  const ofParameters: fc.WeightedArbitrary<Fault>[] = [
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('parameter' as const), nth: fc.nat(50), which: fc.nat(50) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('repeated parameter' as const), nth: fc.nat(50) }),
    },
  ]
  return fc.oneof(
    ...(own.length > 0 ? ofBody : []),
    ...(parameters.length > 0 ? ofParameters : []),
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('unknown parameter' as const),
        name: fc.constantFrom('limti', '__proto__', 'Limit', 'limit[]', 'key'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('method' as const), method: fc.constantFrom(...methods) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('type' as const), type: fc.constantFrom(...types) }),
    },
  )
}
