import { expect, it } from 'vitest'
import { isTooDeep, maxDepth } from '../../src/shared/json.ts'

const nested = (depth: number, inside: string) => '[{"a":'.repeat(depth / 2) + inside + '}]'.repeat(depth / 2)

it.each([
  ['as deep as may be', nested(maxDepth, '1'), false],
  ['deeper', nested(maxDepth, '[]'), true],
  ['brackets in a string', JSON.stringify({ text: '['.repeat(1000) }), false],
  ['brackets behind quotes in a string', JSON.stringify({ text: `"\\"${'['.repeat(1000)}` }), false],
  ['brackets behind a string that ends in a backslash', `["\\\\",${nested(maxDepth, '1')}]`, true],
  ['one behind the other', `[${'[],'.repeat(1000)}{}]`, false],
  ['a string without an end', `["${'['.repeat(1000)}`, false],
  ['brackets alone', '['.repeat(1000), true],
  ['nothing', '', false],
])('%s', (_, text, expected) => {
  expect(isTooDeep(text)).toBe(expected)
})
