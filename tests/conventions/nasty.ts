import fc from 'fast-check'
import { isArray, names, type Operation, operations, valueFor } from './document.ts'

/** A request by a recipe: what is `undefined` here is taken from a request that would succeed. */
export type Recipe = {
  id: string
  params: Record<string, string | undefined>
  query: [string, string][]
  /** Behind the rest of the query, as it is. */
  tail: string
  change: Change
  headers: Record<string, string>
  key: 'admin' | 'none' | 'nonsense'
}
/** What becomes of the body: it is left, replaced, sent as this text, or its nth member is replaced, removed or joined by another. */
export type Change =
  | { kind: 'leave' }
  | { kind: 'whole'; value: unknown }
  | { kind: 'text'; text: string }
  | { kind: 'replace' | 'remove' | 'add'; nth: number; name: string; value: unknown }

const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\t\r\n',
  '\u001b[31m',
  '\u202e\u200b\ufeff',
  '\ud800',
  '\udfff\ud800',
  'é\u0301'.repeat(20),
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '特斯拉关停超级计算机',
  'ﷺ'.repeat(10),
  "'; drop table article; --",
  "' or '1'='1",
  '" or ""="',
  '%',
  '_%\\',
  '{{7*7}}',
  '$1',
  '?',
  ':id',
  '@x',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '<![CDATA[x]]>',
  '&lt;',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'true',
  'NaN',
  '-0',
  '0',
  '1',
  '-1',
  '1e309',
  '9007199254740993',
  '99999999999999999999',
  '0x10',
  '1.5',
  '..%2f',
  'a/b',
  '\\',
  'javascript:alert(1)',
  'https://lighthouse.example/',
  'https://例え.example/路径?q=芯片#部分',
  'http://x:99999999/',
  'https://[::1',
  'file:///etc/passwd',
  '2026-02-30T00:00:00Z',
  '9999-12-31T23:59:59.999-23:59',
  '0000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-11-23T06:08:00.000Z',
  'zh-Hans',
  'x-private',
  'tagsAny',
  'a,b',
  ',',
  'x'.repeat(101),
  'x'.repeat(2001),
]

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...texts) },
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const values: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  5e-324,
  [],
  {},
  [null],
  [[]],
  [{}],
  {},
  JSON.parse('{"__proto__":{"a":1}}'),
  { toString: 1 },
  { length: 1e9 },
  JSON.parse(nested(500)),
  Array.from({ length: 1000 }, (_, index) => index),
  'x'.repeat(20_000),
  '<div>'.repeat(300),
]
const value = fc.oneof(fc.constantFrom(...values), text, fc.jsonValue({ maxDepth: 3 }))

const noJson = [
  '',
  '{',
  '[',
  '"',
  '{}{}',
  '{"a":1,}',
  'null',
  '[]',
  '0',
  '"x"',
  nested(20_000),
  '\ufeff{}',
  '{"a":1,"a":2}',
]

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Change>({ kind: 'leave' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom<('replace' | 'remove' | 'add')[]>(
        'replace',
        'replace',
        'replace',
        'remove',
        'add',
      ),
      nth: fc.nat(40),
      name: fc.oneof(fc.constantFrom('x', '__proto__', 'id', 'state'), text),
      value,
    }),
  },
  fc.record({ kind: fc.constant<'whole'>('whole'), value }),
  fc.record({ kind: fc.constant<'text'>('text'), text: fc.oneof(fc.constantFrom(...noJson), text) }),
)

/** Of header values, what HTTP can carry at all. */
const headerText = fc.oneof(
  fc.constantFrom(
    '',
    '*',
    '"x"',
    '"v1"',
    'W/"v1"',
    '"v0", "v1"',
    ',',
    '"',
    'gzip',
    'br;q=0',
    'x'.repeat(300),
    '\xe9',
  ),
  fc.stringMatching(/^[\x20-\x7e]{0,20}$/),
)
const headerNames = [
  'if-match',
  'if-none-match',
  'idempotency-key',
  'accept',
  'accept-encoding',
  'origin',
  'range',
  'prefer',
]

/** Such as can stand in one segment of a path: the others are no address of the operation. */
const segment = text.filter((part) => {
  const encoded = encodeURIComponent(part.toWellFormed())
  return encoded.length > 0 && encoded.length < 900 && part !== '.' && part !== '..'
})
const tails = [
  '&',
  '&=',
  '&=&=',
  '&%00',
  '&%ff',
  '&%',
  '&limit',
  '&limit=1&limit=2',
  '&[]=1',
  '&a[b]=c',
  '#x',
]

/** A request to one of all operations, in which some things are as they should be and others are not. */
export const recipe: fc.Arbitrary<Recipe> = fc.constantFrom(...operations).chain((operation) =>
  fc.record({
    id: fc.constant(operation.id),
    params: fc.record(
      Object.fromEntries(
        names(operation, 'path').map((name) => [
          name,
          fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, segment),
        ]),
      ),
    ),
    query: query(operation),
    tail: mostly('', fc.constantFrom(...tails)),
    change,
    headers: fc
      .array(fc.tuple(fc.constantFrom(...headerNames), headerText), { maxLength: 2 })
      .map((entries) => Object.fromEntries(entries)),
    key: mostly('admin', fc.constantFrom('none', 'nonsense')),
  }),
)

function query(operation: Operation): fc.Arbitrary<[string, string][]> {
  const pairs = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => {
      const good = valueFor(parameter.schema)
      const lists = isArray(parameter) ? [`${good},${good}`, `${good},`, ','] : []
      // Nobody is to wait here for what does not come.
      const waits = ['wait', 'duration'].includes(parameter.name)
      const given = waits ? fc.constantFrom('0', '-1', '100000', 'x') : text
      return fc.tuple(fc.constant(parameter.name), fc.oneof(fc.constantFrom(good, ...lists), given))
    })
  const unknown = fc.tuple(text, text)
  if (pairs.length === 0) return mostly([], fc.tuple(unknown))
  return fc.array(fc.oneof({ weight: 14, arbitrary: fc.oneof(...pairs) }, unknown), { maxLength: 3 })
}

/** Left as it should be so often that the rest of the request is looked at. */
function mostly<Usual, Other>(usual: Usual, other: fc.Arbitrary<Other>): fc.Arbitrary<Usual | Other> {
  return fc.oneof({ weight: 11, arbitrary: fc.constant(usual) }, other)
}
