import { z } from 'zod'
import { Failure } from '../shared/failure.ts'
import { ArticleDetail } from './article.ts'

/** A tree of the members to keep; `true` keeps all below. */
export type Selection = { [member: string]: Selection | true }

/** Every dotted path that `fields` may name. */
const paths = new Set(memberPaths(ArticleDetail, ''))

function memberPaths(schema: z.ZodType, prefix: string): string[] {
  if (schema instanceof z.ZodNullable) return memberPaths(schema.unwrap() as z.ZodType, prefix)
  if (schema instanceof z.ZodArray) return memberPaths(schema.element as z.ZodType, prefix)
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).flatMap(([name, member]) => {
    const path = prefix ? `${prefix}.${name}` : name
    return [path, ...memberPaths(member as z.ZodType, path)]
  })
}

/** The selection that `fields` names, with the attribution, which is never dropped; `bad-request` for an unknown path. */
export function selectionOf(fields: string[] | undefined): Selection | undefined {
  if (!fields) return undefined
  const unknown = fields.filter((field) => !paths.has(field))
  if (unknown.length > 0) {
    const errors = unknown.map((field) => ({
      in: 'query' as const,
      path: 'fields',
      message: `There is no member ${JSON.stringify(field)}.`,
    }))
    throw new Failure('bad-request', `fields: ${errors.map((error) => error.message).join(' ')}`, { errors })
  }
  const selection: Selection = { attribution: true }
  for (const field of fields) keep(selection, field.split('.'))
  return selection
}

function keep(selection: Selection, [name = '', ...below]: string[]) {
  const known = selection[name]
  if (known === true) return
  const kept: Selection | true = below.length === 0 ? true : (known ?? {})
  selection[name] = kept
  if (kept !== true) keep(kept, below)
}

/** Whether the text, or the headings, were asked for. */
export function wantsText(selection: Selection | undefined, include: string[]): boolean {
  return include.length > 0 || Boolean(selection?.body || selection?.toc)
}

/** The parts of a value that a selection names; arrays are cut member by member. */
export function pick(value: unknown, selection: Selection | true): unknown {
  if (selection === true || value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((member) => pick(member, selection))
  const members = Object.entries(value).filter(([name]) => selection[name] !== undefined)
  return Object.fromEntries(
    members.map(([name, member]) => [name, pick(member, selection[name] as Selection | true)]),
  )
}
