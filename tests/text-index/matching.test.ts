import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { sql } from '../../src/database/sql.ts'
import { parseQuery } from '../../src/text-index/grammar.ts'
import { type Fields, indexedTerms, toColumns, toTsvector } from '../../src/text-index/indexed.ts'
import { fts5Tokenizer, toFts5, toTsquery } from '../../src/text-index/match.ts'
import type { TextQuery } from '../../src/text-index/query.ts'
import { engines } from '../support/engines.ts'
import { fields, matches, queries } from './documents.ts'

type Index = { add(documents: Fields[]): Promise<void>; find(query: TextQuery): Promise<number[]> }

const found = (rows: { id: number }[]) => rows.map(({ id }) => id)

async function sqliteIndex(database: Database): Promise<Index> {
  const tokenize = `"${fts5Tokenizer.replaceAll('"', '""')}"`
  await database.write((tx) =>
    tx.script(
      `create virtual table document using fts5(title, summary, body, content='', contentless_delete=1, tokenize=${tokenize})`,
    ),
  )
  return {
    add: (documents) =>
      database.write(async (tx) => {
        for (const [id, document] of documents.entries()) {
          const { title, summary, body } = toColumns(indexedTerms(document))
          await tx.run(
            sql`insert into document (rowid, title, summary, body) values (${id}, ${title}, ${summary}, ${body})`,
          )
        }
      }),
    find: async (query) =>
      found(
        await database.all(
          sql`select rowid as id from document where document match ${toFts5(query)} order by rowid`,
        ),
      ),
  }
}

async function postgresIndex(database: Database): Promise<Index> {
  await database.write((tx) =>
    tx.script('create table document (id integer primary key, terms tsvector not null)'),
  )
  return {
    add: (documents) =>
      database.write(async (tx) => {
        for (const [id, document] of documents.entries())
          await tx.run(
            sql`insert into document (id, terms) values (${id}, ${toTsvector(indexedTerms(document))}::tsvector)`,
          )
      }),
    find: async (query) =>
      found(
        await database.all(
          sql`select id from document where terms @@ ${toTsquery(query)}::tsquery order by id`,
        ),
      ),
  }
}

async function indexes(): Promise<Index[]> {
  return Promise.all(
    engines.map(async (engine) => {
      const database = await engine.open()
      return engine.name === 'sqlite' ? sqliteIndex(database) : postgresIndex(database)
    }),
  )
}

describe('the two engines', () => {
  const documents = fc.sample(fields, { numRuns: 200, seed: 4 })
  let built: Index[]

  beforeAll(async () => {
    built = await indexes()
    for (const index of built) await index.add(documents)
  })

  it('find the same, and what a reader of the texts would', async () => {
    const readable = fc.sample(queries, { numRuns: 800, seed: 5 }).flatMap((q) => tryParse(q) ?? [])
    let finding = 0
    for (const { q, query } of readable) {
      const expected = documents.flatMap((document, id) => (matches(query, document) ? [id] : []))
      if (expected.length > 0 && expected.length < documents.length) finding += 1
      for (const index of built) expect(await index.find(query), q).toEqual(expected)
    }
    expect(finding).toBeGreaterThan(300)
  })
})

describe('an index of both engines', () => {
  const empty = { title: '', summary: '', body: '' }

  async function finding(documents: Fields[], ...expected: [q: string, ids: number[]][]) {
    for (const index of await indexes()) {
      await index.add(documents)
      for (const [q, ids] of expected) expect(await index.find(parseQuery(q)), q).toEqual(ids)
    }
  }

  it('joins no words of different fields, nor loose ones, to a phrase', async () => {
    const document = { title: 'first second', summary: 'third', body: 'node.js fourth 云计算' }
    await finding(
      [document],
      ['"first second"', [0]],
      ['"second third"', []],
      ['"third node.js"', []],
      ['"node.js fourth"', [0]],
      ['node js', [0]],
      ['"node js"', []],
      ['"js node"', []],
      ['"计算 node"', []],
      ['云 计 算', [0]],
    )
  })

  it('finds an article without any words by nothing, and by what it is not only beside a word', async () => {
    await finding(
      [empty, { ...empty, body: 'gold' }],
      ['gold', [1]],
      ['gold -silver', [1]],
      ['gold -gold', []],
    )
  })

  it('tells the title from the rest', async () => {
    const documents = [
      { ...empty, title: '云计算 chips' },
      { ...empty, body: '云计算 chips' },
    ]
    await finding(
      documents,
      ['title:云', [0]],
      ['title:"云计算 chips"', [0]],
      ['title:chi*', [0]],
      ['chips -title:chips', [1]],
      ['title:(云 -chips)', []],
    )
  })

  it('finds the same in texts of 100,000 words', async () => {
    const filler = (count: number, name: string) =>
      Array.from({ length: count }, (_, at) => `${name}${at}`).join(' ')
    const documents = [
      {
        ...empty,
        body: `early phrase ${filler(40_000, 'a')} late phrase node.js 云计算 ${filler(40_000, 'b')} last`,
      },
      { ...empty, body: `${'same thing '.repeat(50_000)} end` },
      { ...empty, body: filler(100_000, 'ein-ziemlich-langes-wort-'.repeat(3)) },
      { ...empty, body: '超级计算机云电脑'.repeat(12_500) },
      { ...empty, body: '汉'.repeat(100_000) },
      { ...empty, body: `${filler(120_000, 'c')} omega` },
    ]
    await finding(
      documents,
      ['"early phrase"', [0]],
      ['late', [0]],
      ['late node.js 云', [0]],
      ['"late phrase"', []],
      ['a15000', [0]],
      ['"a15000 a15001"', [0]],
      ['a39999', [0]],
      ['last', [0]],
      ['c50000', [5]],
      ['omega', []],
      ['"same thing"', [1]],
      ['"thing same"', [1]],
      ['end', [1]],
      ['"thing end"', []],
      ['云电脑', [3]],
      ['脑', [3]],
      ['汉', [4]],
      ['汉汉汉', [4]],
    )
  }, 180_000)

  it('takes words of any length', async () => {
    const long = 'x'.repeat(990)
    await finding(
      [
        { ...empty, body: long },
        { ...empty, body: '𐐷'.repeat(480) },
      ],
      [long, [0]],
      ['𐐷'.repeat(490), [1]],
    )
  })

  it('takes the deepest queries', async () => {
    const document = { ...empty, body: 'gold tin silver' }
    const shapes = ['tin OR gold -(#)', '(#) gold', 'lead OR gold (#)', 'tin OR gold -(lead OR #)']
    const deepest = shapes.map((shape) => {
      let q = 'title:silver*'
      for (let levels = shape.split('(').length - 1; levels <= 20; levels += shape.split('(').length - 1)
        q = shape.replace('#', q)
      return q
    })
    const expected = deepest.map((q): [string, number[]] => [q, matches(parseQuery(q), document) ? [0] : []])
    await finding([document], ...expected)
  })

  it('takes the longest query', async () => {
    const q = Array.from({ length: 32 }, (_, at) => `gold OR title:computing${at % 10}*`).join(' ')
    await finding([{ ...empty, body: 'gold' }], [q, [0]], [`title:(${q})`, []])
  })
})

function tryParse(q: string) {
  try {
    return { q, query: parseQuery(q) }
  } catch {
    return undefined
  }
}
