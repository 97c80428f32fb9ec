import fc from 'fast-check'
import type { Schema } from '../../src/http/document-types.ts'
import { resolved } from './schemas.ts'

type Arbitrary = fc.Arbitrary<unknown>

/** What a text has to be that a schema can only tell of in words, by the name of the member or parameter. */
const worded: Record<string, Arbitrary> = {
  language: fc.constantFrom('en', 'zh', 'zh-Hans', 'de-CH', 'EN'),
  languageNone: fc.constantFrom('fr', 'ja'),
  names: fc.constantFrom('en', 'zh-Hant', 'pt-BR'),
  timeZone: fc.constantFrom('Asia/Shanghai', 'UTC', 'America/New_York'),
  slug: fc.stringMatching(/^[a-z0-9]{1,12}(-[a-z0-9]{1,8}){0,2}$/),
  aliases: fc.stringMatching(/^[a-z0-9]{1,12}-[a-z0-9]{1,8}$/),
  attributionTemplate: fc.constantFrom('{author}, {source}', 'By {author}', 'Credited'),
  fields: fc.constantFrom('id', 'title', 'url', 'tags'),
  archive: fc.constantFrom('2026-11', '2026-01'),
}

/** Values that a schema allows, its boundaries often among them. Members of the same name mean the same everywhere. */
export function valuesOf(schema: Schema, name = ''): Arbitrary {
  const { $ref, anyOf, oneOf, enum: words, const: only, type, items } = schema
  if ($ref) return valuesOf(resolved(schema), name)
  const choices = anyOf ?? oneOf
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, name)))
  if (words) return fc.constantFrom(...words)
  if (only !== undefined) return fc.constant(only)
  const types = [type].flat()
  if (types.length > 1)
    return fc.oneof(...types.map((one) => valuesOf({ ...schema, type: one as string }, name)))
  if (items) return listsOf(schema, name)
  if (type === 'object') return objectsOf(schema, name)
  if (type === 'integer') return integersOf(schema)
  if (type === 'number') return fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000)
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  return textsOf(schema, name)
}

const bound = (schema: Schema, keyword: string, otherwise: number) => Number(schema[keyword] ?? otherwise)

function integersOf(schema: Schema): Arbitrary {
  const [min, max] = [bound(schema, 'minimum', 0), bound(schema, 'maximum', 2 ** 31)]
  return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max: Math.min(max, min + 50) }))
}

/** Long lists cost time and tell nothing new, so the longest is tried only where it is short. */
function listsOf(schema: Schema, name: string): Arbitrary {
  const items = valuesOf(schema.items as Schema, name)
  const [minLength, most] = [bound(schema, 'minItems', 0), bound(schema, 'maxItems', 5)]
  const short = fc.array(items, { minLength, maxLength: Math.max(minLength, Math.min(most, 3)) })
  return most > 20
    ? short
    : fc.oneof({ weight: 4, arbitrary: short }, fc.array(items, { minLength: most, maxLength: most }))
}

function objectsOf(
  { properties = {}, required = [], additionalProperties }: Schema,
  name: string,
): Arbitrary {
  if (Object.keys(properties).length === 0 && typeof additionalProperties === 'object') {
    const members = valuesOf(additionalProperties as Schema)
    return fc.dictionary(worded[name] as fc.Arbitrary<string>, members, { maxKeys: 3 })
  }
  const members = Object.entries(properties).map(([key, member]) => [key, valuesOf(member, key)])
  return fc.record(Object.fromEntries(members), { requiredKeys: required as never[] })
}

/** Letters that are one unit of UTF-16 and that are two: lengths are told in characters. No comma, which parts lists. */
const letters = fc.constantFrom(
  'a',
  'Z',
  '7',
  'é',
  '芯',
  'ß',
  '\u{1f680}',
  '\u{20bb7}',
  '.',
  ':',
  '"',
  '<',
  '%',
  '&',
  '\\',
  "'",
)

function textsOf(schema: Schema, name: string): Arbitrary {
  const { format, pattern } = schema
  if (format === 'date-time') return moments
  if (format === 'iri' || format === 'uri') return addressesOf(bound(schema, 'maxLength', 2000))
  if (worded[name]) return worded[name]
  if (typeof pattern === 'string' && pattern !== '\\S') return fc.stringMatching(new RegExp(pattern))
  const [min, max] = [Math.max(1, bound(schema, 'minLength', 0)), bound(schema, 'maxLength', 60)]
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.string({ unit: letters, minLength: min, maxLength: Math.min(max, min + 20) }),
    },
    fc.constantFrom('x'.repeat(min), 'x'.repeat(max), '芯'.repeat(max), '\u{1f680}'.repeat(max)),
  )
}

const moments = fc.constantFrom(
  '2026-11-23T06:08:00.000Z',
  '2026-11-23T06:08:00Z',
  '2024-02-29T23:59:59.999999+08:00',
  '1970-01-01T00:00:00Z',
  '0001-01-01T00:00:00-12:00',
  '9999-12-31T00:00:00Z',
)

function addressesOf(max: number): Arbitrary {
  const start = 'https://lighthouse.example/'
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.stringMatching(/^[a-z0-9/?=&%]{0,20}$/).map((path) => start + encodeURI(path)),
    },
    fc.constantFrom(
      start + 'x'.repeat(max - start.length),
      `${start}芯片?q=路径#部分`,
      'http://[2606:4700::1]/',
      'HTTPS://Lighthouse.EXAMPLE',
    ),
  )
}
