create table source (
  id text primary key not null,
  name text not null,
  home_url text not null,
  feed_url text unique,
  format text,
  language text,
  attribution_template text,
  state text not null check (state in ('active', 'paused', 'failing', 'gone')),
  last_fetch_at text,
  last_success_at text,
  consecutive_failures integer not null default 0,
  last_error text,
  next_fetch_at text,
  http_status integer,
  article_count integer not null default 0,
  version integer not null default 1,
  created_at text not null,
  updated_at text not null
) strict;
create index source_of_state on source (state, id);
create index source_of_language on source (language, id);

create table tag (
  id text primary key not null,
  slug text unique not null,
  name text not null,
  names text not null,
  description text,
  parent_id text references tag (id),
  article_count integer not null default 0,
  version integer not null default 1,
  created_at text not null,
  updated_at text not null
) strict;
create index tag_parent on tag (parent_id, slug);

-- Every slug at which a tag is found, its own among them: one namespace, with one owner for each slug.
create table tag_alias (
  slug text primary key not null,
  tag_id text not null references tag (id) on delete cascade
) strict, without rowid;
create index tag_alias_tag on tag_alias (tag_id, slug);

-- `card` is the article as lists serve it, ready to send: every write that changes what it shows writes it anew.
create table article (
  id text primary key not null,
  source_id text not null references source (id),
  external_id text,
  url text not null,
  url_key text not null,
  canonical_url text,
  title text not null,
  summary text,
  language text not null,
  authors text not null,
  image_url text,
  published_at text not null,
  first_seen_at text not null,
  content_changed_at text not null,
  updated_at text not null,
  word_count integer not null,
  reading_minutes integer not null,
  attribution text,
  translation_of_id text,
  translation_of_url text,
  translation_of_key text,
  translation_of_language text,
  translation_of_method text,
  story_id text,
  duplicate_of_id text,
  state text not null check (state in ('draft', 'published', 'withdrawn')),
  withdrawn_at text,
  withdrawal_reason text,
  withdrawal_note text,
  revision integer not null,
  revised_at text not null,
  version integer not null,
  card text not null
) strict;
create unique index article_external on article (source_id, external_id) where external_id is not null;
create unique index article_address on article (source_id, url_key);
create index article_of_source on article (source_id, published_at, id) where state = 'published';
create index article_of_language on article (language, published_at, id) where state = 'published';
create index article_of_story on article (story_id, published_at, id) where state = 'published' and story_id is not null;
create index article_newest on article (state, published_at, id);
create index article_changed on article (state, content_changed_at, id);
create index article_translation on article (translation_of_key) where translation_of_key is not null;
create index article_original on article (translation_of_id) where translation_of_id is not null;

create table article_body (
  article_id text primary key not null references article (id) on delete cascade,
  html text not null,
  text text not null,
  toc text not null
) strict;

-- Every address at which an article is known. Its own address wins over an earlier one, and that over a canonical one.
create table article_url (
  url_key text not null,
  article_id text not null references article (id) on delete cascade,
  role text not null check (role in ('own', 'former', 'canonical')),
  primary key (url_key, article_id)
) strict, without rowid;
create index article_url_article on article_url (article_id);

create table article_author (
  author_key text not null,
  published_at text not null,
  article_id text not null references article (id) on delete cascade,
  primary key (author_key, published_at, article_id)
) strict, without rowid;
create index article_author_article on article_author (article_id);

create table article_tag (
  article_id text not null references article (id) on delete cascade,
  tag_id text not null references tag (id),
  primary key (article_id, tag_id)
) strict, without rowid;
create index article_tag_tag on article_tag (tag_id, article_id);

-- A tag's page in publishing order: the published articles (no others) that carry the tag or one below it.
create table tag_listing (
  tag_id text not null references tag (id) on delete cascade,
  published_at text not null,
  article_id text not null references article (id) on delete cascade,
  primary key (tag_id, published_at, article_id)
) strict, without rowid;
create index tag_listing_article on tag_listing (article_id);

create table article_revision (
  article_id text not null references article (id) on delete cascade,
  revision integer not null,
  at text not null,
  content text not null,
  primary key (article_id, revision)
) strict, without rowid;

-- What stays of a deleted article, so that it does not come back by itself.
create table article_tombstone (
  article_id text primary key not null,
  source_id text not null references source (id) on delete cascade,
  external_id text,
  url_key text not null,
  deleted_at text not null
) strict, without rowid;
create index article_tombstone_external on article_tombstone (source_id, external_id) where external_id is not null;
create index article_tombstone_address on article_tombstone (source_id, url_key);

-- A computed link that an editor removed stays as a row with `removed_at`, so that it never returns.
create table related_link (
  id text primary key not null,
  article_id text not null references article (id) on delete cascade,
  kind text not null check (kind in ('related', 'translation', 'duplicate', 'followUp', 'background', 'correction')),
  origin text not null check (origin in ('editorial', 'computed', 'sourcePage')),
  position integer not null,
  score real,
  reasons text not null,
  note text,
  target_article_id text references article (id) on delete cascade,
  target_url text,
  target_title text,
  version integer not null default 1,
  created_at text not null,
  updated_at text not null,
  removed_at text
) strict;
create index related_link_article on related_link (article_id, origin, position, id);
create index related_link_target on related_link (target_article_id);

-- Counts the writes to an article's links: the version of the list.
create table related_list (
  article_id text primary key not null references article (id) on delete cascade,
  version integer not null
) strict;

create table change (
  seq integer primary key not null,
  at text not null,
  type text not null,
  resource_type text not null,
  resource_id text not null,
  revision integer
) strict;
create index change_of_type on change (type, seq);

-- One row. Its lock makes writers append one after the other, so that numbers follow commits without gaps.
create table change_head (
  id integer primary key not null check (id = 1),
  seq integer not null
) strict;
insert into change_head (id, seq) values (1, 0);

create table partner (
  id text primary key not null,
  name text not null,
  contact text,
  state text not null check (state in ('active', 'suspended')),
  version integer not null default 1,
  created_at text not null,
  updated_at text not null
) strict;

create table api_key (
  id text primary key not null,
  public_id text unique not null,
  partner_id text references partner (id) on delete cascade,
  name text not null,
  scopes text not null,
  hash text not null,
  version integer not null default 1,
  created_at text not null,
  expires_at text,
  revoked_at text
) strict;
create index api_key_partner on api_key (partner_id, created_at, id);

create table idempotent_answer (
  key text not null,
  actor text not null,
  fingerprint text not null,
  status integer not null,
  headers text not null,
  body text not null,
  created_at text not null,
  primary key (actor, key)
) strict;
create index idempotent_answer_age on idempotent_answer (created_at);
