create table source (
  id text collate "C" primary key not null,
  name text collate "C" not null,
  home_url text collate "C" not null,
  feed_url text collate "C" unique,
  format text collate "C",
  language text collate "C",
  attribution_template text collate "C",
  state text collate "C" not null check (state in ('active', 'paused', 'failing', 'gone')),
  last_fetch_at text collate "C",
  last_success_at text collate "C",
  consecutive_failures integer not null default 0,
  last_error text collate "C",
  next_fetch_at text collate "C",
  http_status integer,
  article_count integer not null default 0,
  version integer not null default 1,
  created_at text collate "C" not null,
  updated_at text collate "C" not null
);
create index source_of_state on source (state, id);
create index source_of_language on source (language, id);

create table tag (
  id text collate "C" primary key not null,
  slug text collate "C" unique not null,
  name text collate "C" not null,
  names text collate "C" not null,
  description text collate "C",
  parent_id text collate "C" references tag (id),
  article_count integer not null default 0,
  version integer not null default 1,
  created_at text collate "C" not null,
  updated_at text collate "C" not null
);
create index tag_parent on tag (parent_id, slug);

-- Every slug at which a tag is found, its own among them: one namespace, with one owner for each slug.
create table tag_alias (
  slug text collate "C" primary key not null,
  tag_id text collate "C" not null references tag (id) on delete cascade
);
create index tag_alias_tag on tag_alias (tag_id, slug);

-- `card` is the article as lists serve it, ready to send: every write that changes what it shows writes it anew.
create table article (
  id text collate "C" primary key not null,
  source_id text collate "C" not null references source (id),
  external_id text collate "C",
  url text collate "C" not null,
  url_key text collate "C" not null,
  canonical_url text collate "C",
  title text collate "C" not null,
  summary text collate "C",
  language text collate "C" not null,
  authors text collate "C" not null,
  image_url text collate "C",
  published_at text collate "C" not null,
  first_seen_at text collate "C" not null,
  content_changed_at text collate "C" not null,
  updated_at text collate "C" not null,
  word_count integer not null,
  reading_minutes integer not null,
  attribution text collate "C",
  translation_of_id text collate "C",
  translation_of_url text collate "C",
  translation_of_key text collate "C",
  translation_of_language text collate "C",
  translation_of_method text collate "C",
  story_id text collate "C",
  duplicate_of_id text collate "C",
  state text collate "C" not null check (state in ('draft', 'published', 'withdrawn')),
  withdrawn_at text collate "C",
  withdrawal_reason text collate "C",
  withdrawal_note text collate "C",
  revision integer not null,
  revised_at text collate "C" not null,
  version integer not null,
  card text collate "C" not null
);
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
  article_id text collate "C" primary key not null references article (id) on delete cascade,
  html text collate "C" not null,
  text text collate "C" not null,
  toc text collate "C" not null
);

-- Every address at which an article is known. Its own address wins over an earlier one, and that over a canonical one.
create table article_url (
  url_key text collate "C" not null,
  article_id text collate "C" not null references article (id) on delete cascade,
  role text collate "C" not null check (role in ('own', 'former', 'canonical')),
  primary key (url_key, article_id)
);
create index article_url_article on article_url (article_id);

create table article_author (
  author_key text collate "C" not null,
  published_at text collate "C" not null,
  article_id text collate "C" not null references article (id) on delete cascade,
  primary key (author_key, published_at, article_id)
);
create index article_author_article on article_author (article_id);

create table article_tag (
  article_id text collate "C" not null references article (id) on delete cascade,
  tag_id text collate "C" not null references tag (id),
  primary key (article_id, tag_id)
);
create index article_tag_tag on article_tag (tag_id, article_id);

-- A tag's page in publishing order: the published articles (no others) that carry the tag or one below it.
create table tag_listing (
  tag_id text collate "C" not null references tag (id) on delete cascade,
  published_at text collate "C" not null,
  article_id text collate "C" not null references article (id) on delete cascade,
  primary key (tag_id, published_at, article_id)
);
create index tag_listing_article on tag_listing (article_id);

create table article_revision (
  article_id text collate "C" not null references article (id) on delete cascade,
  revision integer not null,
  at text collate "C" not null,
  content text collate "C" not null,
  primary key (article_id, revision)
);

-- What stays of a deleted article, so that it does not come back by itself.
create table article_tombstone (
  article_id text collate "C" primary key not null,
  source_id text collate "C" not null references source (id) on delete cascade,
  external_id text collate "C",
  url_key text collate "C" not null,
  deleted_at text collate "C" not null
);
create index article_tombstone_external on article_tombstone (source_id, external_id) where external_id is not null;
create index article_tombstone_address on article_tombstone (source_id, url_key);

-- A computed link that an editor removed stays as a row with `removed_at`, so that it never returns.
create table related_link (
  id text collate "C" primary key not null,
  article_id text collate "C" not null references article (id) on delete cascade,
  kind text collate "C" not null check (kind in ('related', 'translation', 'duplicate', 'followUp', 'background', 'correction')),
  origin text collate "C" not null check (origin in ('editorial', 'computed', 'sourcePage')),
  position integer not null,
  score double precision,
  reasons text collate "C" not null,
  note text collate "C",
  target_article_id text collate "C" references article (id) on delete cascade,
  target_url text collate "C",
  target_title text collate "C",
  version integer not null default 1,
  created_at text collate "C" not null,
  updated_at text collate "C" not null,
  removed_at text collate "C"
);
create index related_link_article on related_link (article_id, origin, position, id);
create index related_link_target on related_link (target_article_id);

-- Counts the writes to an article's links: the version of the list.
create table related_list (
  article_id text collate "C" primary key not null references article (id) on delete cascade,
  version integer not null
);

create table change (
  seq bigint primary key not null,
  at text collate "C" not null,
  type text collate "C" not null,
  resource_type text collate "C" not null,
  resource_id text collate "C" not null,
  revision integer
);
create index change_of_type on change (type, seq);

-- One row. Its lock makes writers append one after the other, so that numbers follow commits without gaps.
create table change_head (
  id integer primary key not null check (id = 1),
  seq bigint not null
);
insert into change_head (id, seq) values (1, 0);

create table partner (
  id text collate "C" primary key not null,
  name text collate "C" not null,
  contact text collate "C",
  state text collate "C" not null check (state in ('active', 'suspended')),
  version integer not null default 1,
  created_at text collate "C" not null,
  updated_at text collate "C" not null
);

create table api_key (
  id text collate "C" primary key not null,
  public_id text collate "C" unique not null,
  partner_id text collate "C" references partner (id) on delete cascade,
  name text collate "C" not null,
  scopes text collate "C" not null,
  hash text collate "C" not null,
  version integer not null default 1,
  created_at text collate "C" not null,
  expires_at text collate "C",
  revoked_at text collate "C"
);
create index api_key_partner on api_key (partner_id, created_at, id);

create table idempotent_answer (
  key text collate "C" not null,
  actor text collate "C" not null,
  fingerprint text collate "C" not null,
  status integer not null,
  headers text collate "C" not null,
  body text collate "C" not null,
  created_at text collate "C" not null,
  primary key (actor, key)
);
create index idempotent_answer_age on idempotent_answer (created_at);
