import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue

/**
 * What is wrong with a value, as a sentence that says what to send instead. zod's own words speak of its types, and call a
 * member that is missing `undefined`. `undefined` leaves zod its words.
 */
export function wordingOf(issue: Issue): string | undefined {
  if (issue.input === undefined && issue.code.startsWith('invalid_')) return missing(issue)
  switch (issue.code) {
    case 'invalid_type':
      return unlike(nameOf(issue.expected), kindOf(issue.input))
    case 'invalid_value':
      if (Array.isArray(issue.input)) return 'Expected one value, not several.'
      return `Expected ${oneOf(issue.values)}.`
    case 'invalid_key':
      return issue.issues[0]?.message
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return `Expected at most ${amountOf(issue.origin, Number(issue.maximum))}.`
    default:
      return undefined
  }
}

function unlike(expected: string, kind: string): string {
  const isFraction = expected === names.int && kind === 'number'
  return isFraction ? `Expected ${expected}.` : `Expected ${expected}, not ${nameOf(kind)}.`
}

function missing(issue: Issue): string {
  return issue.code === 'invalid_value' ? `Is missing: expected ${oneOf(issue.values)}.` : 'Is missing.'
}

function tooSmall({ origin, minimum }: { origin: string; minimum: number | bigint }): string {
  if (Number(minimum) === 1 && origin === 'string') return 'Must not be empty.'
  return `Expected at least ${amountOf(origin, Number(minimum))}.`
}

function amountOf(origin: string, limit: number): string {
  const units: Record<string, string> = { string: 'character', array: 'value' }
  const unit = units[origin]
  if (unit === undefined) return String(limit)
  return `${limit.toLocaleString('en')} ${unit}${limit === 1 ? '' : 's'}`
}

function oneOf(values: readonly unknown[]): string {
  const [last = '', ...others] = values.map(String).reverse()
  return others.length > 0 ? `${others.reverse().join(', ')} or ${last}` : last
}

const names: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const nameOf = (type: string) => names[type] ?? type

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
