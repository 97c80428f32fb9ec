import type { Parameter, Schema } from '../../src/http/document-types.ts'
import type { Operation } from '../conventions/document.ts'
import type { Valid } from '../conventions/requests.ts'
import { urlOf } from '../conventions/room.ts'
import { badTextsOf, faultsOf, withFault } from './faults.ts'
import { bodySchema, placeOf, type Recipe } from './recipes.ts'
import { withKnown } from './references.ts'
import { conforms, deserialised } from './schemas.ts'

export type Built = {
  method: string
  url: string
  headers: Record<string, string>
  body: string | undefined
  /** Why the document does not let it be sent; none where it does. */
  wrong: string | undefined
}

/** The request of a recipe, and whether the document lets it be sent. */
export function build(operation: Operation, recipe: Recipe, good: Valid): Built {
  const { fault } = recipe
  const query = new Map(Object.entries(good.query ?? {}).map(([name, value]) => [`query ${name}`, value]))
  const path = new Map(Object.entries(good.params ?? {}).map(([name, value]) => [`path ${name}`, value]))
  const parameters = new Map([...path, ...Object.entries(recipe.parameters), ...query])
  const wrong: string[] = []
  if (fault.kind === 'parameter') wrong.push(...changeParameter(operation, parameters, fault))
  const pairs = [...parameters]
    .filter(([place]) => place.startsWith('query '))
    .map(([place, value]) => [place.slice(6), value])
  if (fault.kind === 'unknown parameter' && operation.access !== 'public') {
    pairs.push([fault.name, '1'])
    wrong.push(`there is no parameter ${fault.name}`)
  }
  if (fault.kind === 'repeated parameter') wrong.push(...repeat(operation, pairs, fault.nth))
  const params = Object.fromEntries(
    [...parameters]
      .filter(([place]) => place.startsWith('path '))
      .map(([place, value]) => [place.slice(5), value]),
  )
  const { headers, body, faults } = bodyOf(operation, recipe, good)
  for (const [place, value] of parameters)
    if (place.startsWith('header ')) headers[place.slice(7).toLowerCase()] = value
  const search = new URLSearchParams(
    pairs.map(([name, value]) => [name as string, (value as string).toWellFormed()]),
  )
  const method = fault.kind === 'method' ? fault.method : operation.method
  return {
    method,
    url: urlOf(operation.path, params, String(search)),
    headers,
    body,
    wrong: [...wrong, ...faults][0],
  }
}

/** Answers what is wrong with it now, if anything is. */
function changeParameter(
  { parameters }: Operation,
  sent: Map<string, string>,
  { nth, which }: { nth: number; which: number },
): string[] {
  const changed = parameters[nth % Math.max(1, parameters.length)] as Parameter
  const place = placeOf(changed)
  const before = sent.get(place) ?? ''
  const texts = badTextsOf(changed.schema, before)
  if (which % 8 === 0 && changed.required && changed.in === 'query') {
    sent.delete(place)
    return [`${place} is missing`]
  }
  const text = texts[which % texts.length] as string
  // A part of an address that is empty makes it another address, and HTTP carries no such header.
  if (changed.in !== 'query' && !/^[\x21-\x7e]+$/.test(text)) return []
  const isWrong = !conforms(changed.schema, deserialised(changed.schema, text))
  // What waits and is right would wait.
  if (!isWrong && /duration|wait/.test(place)) return []
  sent.set(place, text)
  return isWrong ? [`${place} is ${JSON.stringify(text).slice(0, 100)}`] : []
}

function repeat({ parameters }: Operation, pairs: unknown[][], nth: number): string[] {
  const [name, value] = pairs[nth % Math.max(1, pairs.length)] ?? []
  const schema = parameters.find((parameter) => parameter.in === 'query' && parameter.name === name)?.schema
  if (!schema || schema.items) return []
  pairs.push([name, value])
  return [`${name} is there twice`]
}

type BodyBuilt = { headers: Record<string, string>; body: string | undefined; faults: string[] }

function bodyOf(operation: Operation, recipe: Recipe, good: Valid): BodyBuilt {
  const { types } = operation
  const { fault } = recipe
  const schema = bodySchema(operation)
  const type = types[recipe.type % Math.max(1, types.length)]
  if (!schema || type === undefined) return withoutBody(operation, recipe)
  const lines = types.includes('application/x-ndjson')
  const isText = schema.type === 'string'
  const template = lines ? JSON.parse(String(good.body)) : good.body
  let value = isText ? template : withKnown(operation.id, recipe.body, template)
  if (fault.kind === 'body' && !isText) {
    const faults = faultsOf(schema, value)
    value = withFault(value, faults[fault.nth % faults.length] as (typeof faults)[number])
  }
  const text = isText ? String(value) : `${JSON.stringify(value)}${lines ? '\n' : ''}`
  const headers = { ...good.headers, 'content-type': type }
  if (fault.kind === 'type' && !types.includes(typeName(fault.type)) && operation.id !== 'pushFeed') {
    return {
      headers: { ...headers, 'content-type': fault.type },
      body: text,
      faults: [`the type is ${fault.type}`],
    }
  }
  if (fault.kind === 'bytes' && !isText && !lines) return bytesOf(schema, headers, fault.text)
  // A line that is wrong fails alone.
  const isWrong = !isText && !lines && !conforms(schema, JSON.parse(text))
  return { headers, body: text, faults: isWrong ? ['the body does not fit its schema'] : [] }
}

/** A body where none is read. */
function withoutBody({ method }: Operation, { fault }: Recipe): BodyBuilt {
  // What comes with a GET means nothing (RFC 9110, 9.3.1).
  if (fault.kind !== 'type' || method === 'GET') return { headers: {}, body: undefined, faults: [] }
  return { headers: { 'content-type': fault.type }, body: '{}', faults: ['it reads no body'] }
}

const typeName = (type: string) => type.split(';')[0]?.trim().toLowerCase() ?? ''

function bytesOf(schema: Schema, headers: Record<string, string>, text: string): BodyBuilt {
  return {
    headers,
    body: text,
    faults: isFitting(schema, text) ? [] : [`the body is ${JSON.stringify(text)}`],
  }
}

function isFitting(schema: Schema, text: string): boolean {
  try {
    return conforms(schema, JSON.parse(text))
  } catch {
    return false
  }
}
