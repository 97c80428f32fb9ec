-- What an import under an Idempotency-Key has answered so far, slice by slice, each kept in the transaction of its lines. It goes
-- with the claim of the key. `hash` is of the lines as they came, `results` is JSON.
create table idempotent_slice (
  actor text not null,
  key text not null,
  number integer not null,
  lines integer not null,
  hash text not null,
  results text not null,
  primary key (actor, key, number),
  foreign key (actor, key) references idempotent_answer (actor, key) on delete cascade
) strict, without rowid;

-- Originals that imported articles name by an id under which nothing has come yet. `url` is what the article said along with it:
-- where it has been changed since, the id is no longer meant.
create table awaited_original (
  article_id text primary key not null references article (id) on delete cascade,
  original_id text not null,
  url text not null
) strict, without rowid;
create index awaited_original_of on awaited_original (original_id);
