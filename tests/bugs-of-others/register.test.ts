import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { register } from './register.ts'

const tests = join(import.meta.dirname, '..')
const names = new Map<string, Set<string>>()

/** The names of the tests of a file that are run: none of those that are skipped or still to be written. */
function namesIn(file: string): Set<string> {
  const known = names.get(file)
  if (known) return known
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [name] = node.arguments
      if (name && ts.isStringLiteralLike(name)) found.add(name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(join(tests, file), 'utf8'), ts.ScriptTarget.Latest))
  names.set(file, found)
  return found
}

/** `it(…)`, or `it.each(…)(…)`. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'it'
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return false
  return callee.expression.name.text === 'each' && isTest(callee.expression.expression)
}

describe('a bug that others shipped is proven not to be here', () => {
  it.each(register)('$bug', ({ provenBy }) => {
    expect(provenBy).not.toEqual([])
    const missing = provenBy.filter(([file, test]) => !namesIn(file).has(test))
    expect(missing).toEqual([])
  })

  it('the register has every entry once', () => {
    expect(new Set(register.map(({ bug }) => bug)).size).toBe(register.length)
    expect(register.length).toBeGreaterThan(40)
  })

  it('a test that is not there would be missed', () => {
    expect(namesIn('bugs-of-others/register.test.ts')).toContain('the register has every entry once')
    expect(namesIn('bugs-of-others/register.test.ts')).not.toContain('a test that nobody wrote')
  })
})
