import Database from 'better-sqlite3'

export const kinds = ['article', 'tag', 'source', 'story'] as const
export type Kind = (typeof kinds)[number]

/** A resource as it was read; `null` where it is to be read no more. */
export type Written = { kind: Kind; id: string; document: Document | null }
// biome-ignore lint/suspicious/noExplicitAny: what is kept is JSON as it came.
export type Document = Record<string, any>
/** What happened, as far as a partner needs it. */
export type Told = { type: string; resource: { type: string; id: string } }

const schema = `
  create table if not exists copy (kind text, id text, document text not null, primary key (kind, id)) strict;
  create table if not exists shown (article_id text, kind text, id text, primary key (kind, id, article_id)) strict, without rowid;
  create index if not exists shown_by on shown (article_id);
  create table if not exists place (id integer primary key check (id = 1), position integer not null) strict;
  create table if not exists inbox (message_id text primary key, told text not null, is_done integer not null default 0) strict;
`

export type Copy = ReturnType<typeof openCopy>

/** What a partner knows, in a file: whatever is written together with a position is there with it, or not at all. */
export function openCopy(file: string) {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(schema)
  const put = database.prepare('insert or replace into copy values (?, ?, ?)')
  const remove = database.prepare('delete from copy where kind = ? and id = ?')
  const show = database.prepare('insert or ignore into shown values (?, ?, ?)')
  const unshow = database.prepare('delete from shown where article_id = ?')
  const one = database.prepare('select document from copy where kind = ? and id = ?').pluck()
  const showing = database.prepare('select article_id from shown where kind = ? and id = ?').pluck()
  const below = database
    .prepare(`select id from copy where kind = 'tag' and document ->> 'parent' = ?`)
    .pluck()
  const place = database.prepare('select position from place').pluck()
  const move = database.prepare('insert or replace into place values (1, ?)')
  const receive = database.prepare('insert or ignore into inbox (message_id, told) values (?, ?)')
  const waiting = database.prepare('select message_id, told from inbox where is_done = 0 limit ?')
  const finish = database.prepare('update inbox set is_done = 1 where message_id = ?')

  function write({ kind, id, document }: Written): void {
    if (kind === 'article') unshow.run(id)
    if (document === null) return void remove.run(kind, id)
    put.run(kind, id, JSON.stringify(document))
    if (kind === 'article') for (const [shown, of] of shownBy(document)) show.run(id, shown, of)
  }

  return {
    position: () => place.get() as number | undefined,
    find(kind: Kind, id: string): Document | undefined {
      const text = one.get(kind, id) as string | undefined
      return text === undefined ? undefined : JSON.parse(text)
    },
    /** The articles that show a tag, a source or a story. */
    articlesShowing: (kind: Kind, id: string) => showing.all(kind, id) as string[],
    tagsBelow: (slug: string) => below.all(slug) as string[],
    /** Everything anew. */
    begin: database.transaction((everything: Written[], position: number) => {
      database.exec('delete from copy; delete from shown')
      for (const written of everything) write(written)
      move.run(position)
    }),
    /** What was read after changes, and up to where the log was followed by it. */
    advance: database.transaction((writes: Written[], position: number) => {
      for (const written of writes) write(written)
      move.run(position)
    }),
    /** Keeps a message of a webhook; one that came before is passed over. */
    receive: (messageId: string, told: Told) => void receive.run(messageId, JSON.stringify(told)),
    waiting(limit: number): { messageId: string; told: Told }[] {
      const rows = waiting.all(limit) as { message_id: string; told: string }[]
      return rows.map((row) => ({ messageId: row.message_id, told: JSON.parse(row.told) }))
    },
    /** What was read after messages, which so are dealt with. */
    finish: database.transaction((writes: Written[], messageIds: string[]) => {
      for (const written of writes) write(written)
      for (const id of messageIds) finish.run(id)
    }),
  }
}

/** A withdrawn article shows nothing. */
function shownBy({ tags = [], source, story }: Document): [Kind, string][] {
  const slugs: string[] = tags.map(({ slug }: { slug: string }) => slug)
  return [
    ...slugs.map((slug): [Kind, string] => ['tag', slug]),
    ...(source ? [['source', source.id] as [Kind, string]] : []),
    ...(story ? [['story', story.id] as [Kind, string]] : []),
  ]
}
