import { rm, writeFile } from 'node:fs/promises'
import Sqlite from 'better-sqlite3'

/** The corpus as @platformatic/db serves it, with the keys and indexes that its lists use. */
export async function sqliteOf(corpus: string, file: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
  const database = new Sqlite(file)
  database.prepare('attach ? as corpus').run(corpus)
  database.exec(`
    create table sources (id text primary key not null, name text not null);
    create table tags (id text primary key not null, slug text not null, name text not null);
    create table articles (id text primary key not null, source_id text not null references sources (id), url text not null,
      title text not null, summary text, language text not null, published_at text not null, body text not null);
    create table article_tags (id integer primary key not null, article_id text not null references articles (id), tag_id text not null references tags (id),
      published_at text not null, unique (article_id, tag_id));
    insert into sources select id, name from corpus.source;
    insert into tags select id, slug, name from corpus.tag;
    insert into articles select id, source_id, url, title, summary, language, published_at, html
      from corpus.article join corpus.article_body on article_id = id where state = 'published';
    insert into article_tags (article_id, tag_id, published_at) select article_id, tag_id, published_at
      from corpus.article_tag join corpus.article on id = article_id where state = 'published';
    create index articles_newest on articles (published_at);
    create index article_tags_newest on article_tags (tag_id, published_at)`)
  database.pragma('journal_mode = wal')
  database.close()
}

type Row = { id: string; tags: string | null }

/** The corpus as json-server serves it: an article with its tags in it. */
export async function jsonOf(corpus: string, file: string): Promise<void> {
  const database = new Sqlite(corpus)
  const rows = database.prepare<[], Row>(`
    select a.id, s.name as source, a.url, a.title, a.summary, a.language, a.published_at as publishedAt, b.html as body,
      (select json_group_array(t.slug) from article_tag l join tag t on t.id = l.tag_id where l.article_id = a.id) as tags
    from article a join article_body b on b.article_id = a.id join source s on s.id = a.source_id where a.state = 'published'`)
  const articles = rows.all().map((row) => ({ ...row, tags: JSON.parse(row.tags ?? '[]') }))
  database.close()
  await writeFile(file, JSON.stringify({ articles }))
}

/** Of the corpus, for those who ask by id. */
export function idsOf(corpus: string) {
  const database = new Sqlite(corpus, { readonly: true })
  const find = (text: string) => database.prepare<[], string>(text).pluck().get() ?? ''
  const ids = {
    article: find('select id from article order by published_at desc limit 1'),
    source: find('select id from source limit 1'),
    tag: find(`select id from tag where slug = 'topic-1'`),
  }
  database.close()
  return ids
}
