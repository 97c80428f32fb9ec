-- How the feed of a source is read. `tags` are slugs as JSON; `interval_minutes` is null where the feed's own rhythm sets it.
alter table source add column extraction text not null default 'whenShort'
  check (extraction in ('never', 'whenShort', 'always'));
alter table source add column time_zone text;
alter table source add column tags text not null default '[]';
alter table source add column interval_minutes integer;
alter table source drop column next_fetch_at;

-- What is known between two polls of a feed. `due_at` is when it is to be fetched next, `leased_until` until when a worker has
-- it, `requested_at` when somebody asked for it at once. `facts` is JSON: what its rhythm was made of when it last came whole.
create table feed (
  source_id text primary key not null references source (id) on delete cascade,
  host text not null,
  due_at text not null,
  leased_until text,
  lease text,
  requested_at text,
  etag text,
  last_modified text,
  content_hash text,
  facts text,
  moved_to text,
  moved_count integer not null default 0,
  hub_url text,
  topic_url text
) strict;
create index feed_due on feed (due_at, source_id);

-- One request at a time and a pause behind it for each host; `free_at` is also how long a host is left alone that said so.
create table feed_host (
  host text primary key not null,
  free_at text not null,
  reason text
) strict, without rowid;

-- By what an item of a feed is known again, and what it last said. It stays when its article is deleted.
create table feed_item (
  source_id text not null references source (id) on delete cascade,
  number integer not null,
  article_id text,
  guid text,
  url_key text,
  title_key text,
  content_hash text not null,
  seen_at text not null,
  primary key (source_id, number)
) strict, without rowid;
create index feed_item_guid on feed_item (source_id, guid) where guid is not null;
create index feed_item_url on feed_item (source_id, url_key) where url_key is not null;
create index feed_item_title on feed_item (source_id, title_key) where title_key is not null;

-- The log of fetches, the last hundred of each source. `dropped` is JSON: what each stage left out, and why.
create table feed_fetch (
  id text primary key not null,
  source_id text not null references source (id) on delete cascade,
  at text not null,
  cause text not null check (cause in ('schedule', 'request', 'push')),
  outcome text not null,
  http_status integer,
  duration_ms integer not null,
  bytes integer not null,
  items integer not null,
  created integer not null,
  updated integer not null,
  unchanged integer not null,
  dropped text not null,
  error text
) strict, without rowid;
create index feed_fetch_of_source on feed_fetch (source_id, id);

-- WebSub: a subscription to the hub of a feed. `secret` signs what the hub pushes.
create table feed_subscription (
  source_id text primary key not null references source (id) on delete cascade,
  hub_url text not null,
  topic_url text not null,
  secret text not null,
  state text not null check (state in ('requested', 'active', 'refused')),
  requested_at text not null,
  expires_at text
) strict, without rowid;
