import { copyFile } from 'node:fs/promises'
import Sqlite from 'better-sqlite3'
import { indexedTerms, toColumns } from '../src/text-index/indexed.ts'

type Text = { number: number; title: string; summary: string | null; text: string }

/** Of another article than the copied one, and of those few that are about something rare none. */
const copied = "a.external_id not like 'item-rare-%'"
const minutesApart = 1.5

/**
 * Makes a newsroom of `times` as many articles as another file has: each once more for every copy, a minute and a half later,
 * at another address, row by row as the product wrote it. An import of a million articles takes an hour.
 */
export async function copyArticles(
  from: string,
  to: string,
  times: number,
  progress: (done: number) => void,
): Promise<void> {
  await copyFile(from, to)
  const database = new Sqlite(to)
  // What breaks off is made anew.
  for (const pragma of ['journal_mode = off', 'synchronous = off', 'cache_size = -500000'])
    database.pragma(pragma)
  database.function('later', { deterministic: true }, (time, copy) =>
    new Date(Date.parse(time as string) + milliseconds(copy as number)).toISOString(),
  )
  // As bytes, which are no business of the garbage collector: there are gigabytes of them.
  const terms: { number: number; columns: Buffer[] }[] = []
  const texts = database.prepare<[], Text>(
    `select e.number, a.title, a.summary, b.text from text_entry e join article a on a.id = e.article_id
     join article_body b on b.article_id = a.id where ${copied} order by e.number`,
  )
  for (const { number, title, summary, text } of texts.iterate()) {
    const columns = toColumns(indexedTerms({ title, summary: summary ?? '', body: text }))
    const { title: first, summary: second, body: third } = columns
    terms.push({ number, columns: [first, second, third].map((column) => Buffer.from(column)) })
  }
  const addTerms = database.prepare(
    'insert into text_terms (rowid, title, summary, body) values (?, cast(? as text), cast(? as text), cast(? as text))',
  )
  for (let copy = 1; copy < times; copy++) {
    database.transaction(() => {
      for (const statement of rowsOf(copy)) database.exec(statement)
      for (const [index, { number, columns }] of terms.entries()) {
        addTerms.run(BigInt(number + milliseconds(copy)), ...columns)
        if (index % 10_000 === 0) progress(copy * terms.length + index)
      }
    })()
  }
  database.exec(`
    update source set article_count = (select count(*) from article where source_id = source.id);
    update tag set article_count = (select count(*) from tag_listing where tag_id = tag.id);
    analyze`)
  database.pragma('journal_mode = wal')
  database.close()
}

const milliseconds = (copy: number) => copy * minutesApart * 60_000

/** Statements that copy everything but the index of texts. */
function rowsOf(copy: number): string[] {
  // A letter that no id of the product has.
  const letter = 'ghijklmnopqrstuvwxyz'[copy]
  const id = (column: string) => `substr(${column}, 1, 24) || '${letter}' || substr(${column}, 26)`
  const at = (column: string) => `later(${column}, ${copy})`
  const all = columnsOf
  const named = (column: string) => `${column} || '-${copy}'`
  const changed: Record<string, string> = {
    id: id('id'),
    external_id: named('external_id'),
    url: named('url'),
    url_key: named('url_key'),
    published_at: at('published_at'),
    card: `replace(replace(replace(card, id, ${id('id')}), '"' || url || '"', '"' || url || '-${copy}"'), published_at, ${at('published_at')})`,
  }
  const select = all.map((column) => changed[column] ?? column).join(', ')
  const others = (table: string, columns: string) =>
    `insert into ${table} select ${columns} from ${table} t join original a on a.id = t.article_id`
  return [
    `create temp table if not exists original as select id from article a where ${copied}`,
    'create unique index if not exists temp.original_id on original (id)',
    `insert into article (${all.join(', ')}) select ${select} from article where id in (select id from original)`,
    others('article_body', `${id('t.article_id')}, t.html, t.text, t.toc`),
    others('article_url', `${named('t.url_key')}, ${id('t.article_id')}, t.role`),
    others('article_author', `t.author_key, ${at('t.published_at')}, ${id('t.article_id')}`),
    others('article_tag', `${id('t.article_id')}, t.tag_id`),
    others('tag_listing', `t.tag_id, ${at('t.published_at')}, ${id('t.article_id')}`),
    others('text_entry', `t.number + ${milliseconds(copy)}, ${id('t.article_id')}, t.terms_version`),
  ]
}

const columnsOf =
  'id source_id external_id url url_key canonical_url title summary language authors image_url published_at first_seen_at content_changed_at updated_at word_count reading_minutes attribution translation_of_id translation_of_url translation_of_key translation_of_language translation_of_method story_id duplicate_of_id state withdrawn_at withdrawal_reason withdrawal_note revision revised_at version card'.split(
    ' ',
  )
