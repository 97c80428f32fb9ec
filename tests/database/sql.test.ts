import fc from 'fast-check'
import { Sql as Plain } from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { empty, join, raw, type Sql, sql, where } from '../../src/database/sql.ts'

/** A statement of parts, and the same as the package itself puts it together. */
type Both = { ours: Sql; plain: Plain }

const template = (strings: string[], values: Both[]): Both => ({
  ours: sql(strings, ...values.map(({ ours }) => ours)),
  plain: new Plain(
    strings,
    values.map(({ plain }) => plain),
  ),
})

const kept = Object.freeze(['(', ' = ', ')']) as unknown as string[]
const statements = fc.letrec<{ statement: Both; leaf: Both }>((tie) => ({
  leaf: fc.oneof(
    fc.integer().map((value) => ({ ours: sql`id = ${value}`, plain: new Plain(['id = ', ''], [value]) })),
    fc.constantFrom('asc', 'now()').map((text) => ({ ours: raw(text), plain: new Plain([text], []) })),
    fc.constant({ ours: empty, plain: new Plain([''], []) }),
  ),
  statement: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.tuple(tie('statement'), tie('statement')).map((parts) => template(kept, parts)),
    fc.tuple(tie('statement'), tie('statement')).map((parts) => template(['made ', ' once ', ''], parts)),
    fc.array(tie('statement'), { minLength: 1, maxLength: 4 }).map((parts) => ({
      ours: join(
        parts.map(({ ours }) => ours),
        ' and ',
        'where ',
      ),
      plain: new Plain(
        ['where ', ...Array<string>(parts.length - 1).fill(' and '), ''],
        parts.map(({ plain }) => plain),
      ),
    })),
  ),
}))

describe('sql', () => {
  it('puts statements together as the package does', () => {
    const same = fc.property(statements.statement, ({ ours, plain }) => {
      expect([ours.strings, ours.values, ours.text]).toEqual([plain.strings, plain.values, plain.text])
    })
    fc.assert(same, { numRuns: 500 })
  })

  it('knows the strings of the same parts again, whatever the values', () => {
    const find = (ids: number[], name: string) =>
      sql`select ${raw('id')} from tag ${where([sql`id in (${join(ids)})`, sql`name = ${name}`])}`
    const first = find([1, 2], 'a')
    const second = find([3, 4], 'b')
    expect(second.strings).toBe(first.strings)
    expect(second.values).toEqual([3, 4, 'b'])
    expect(find([1], 'a').text).toBe('select id from tag where id in ($1) and name = $2')
  })

  it('goes on behind more statements than it keeps', () => {
    for (let number = 0; number < 12_000; number++)
      expect(sql`${raw(`column_${number}`)} = ${number}`.text).toBe(`column_${number} = $1`)
  })

  it('takes very long lists, and none that is empty', () => {
    const ids = Array.from({ length: 200_000 }, (_, id) => id)
    expect(sql`id in (${join(ids)})`.values).toHaveLength(200_000)
    expect(() => join([])).toThrow('Nothing is to be joined.')
  })
})
