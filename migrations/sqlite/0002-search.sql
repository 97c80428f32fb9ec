-- Which article stands where in the text index. Numbers follow publishing order: the milliseconds of `published_at`, or the
-- next free number where articles share a moment.
create table text_entry (
  number integer primary key not null,
  article_id text not null unique references article (id) on delete cascade,
  terms_version integer not null
) strict;

-- What is searched: the terms of each article, made by our own code, under its number. The text itself is not kept again.
create virtual table text_terms using fts5 (
  title, summary, body,
  content = '', contentless_delete = 1, tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);

-- One row: the version of the terms by which every article is indexed. 0 until that is known.
create table text_index (
  id integer primary key not null check (id = 1),
  terms_version integer not null
) strict;
insert into text_index (id, terms_version) values (1, 0);

-- Words of alphabets that the index has, in the order in which they came: the common ones come early. The beginning of a word
-- is looked for as the words that begin so.
create table text_word (
  number integer primary key not null,
  word text not null unique
) strict;

-- The beginnings under which a tag or a source is suggested: its names, folded, whole and from each word on.
create table tag_key (
  key text not null,
  tag_id text not null references tag (id) on delete cascade,
  primary key (key, tag_id)
) strict, without rowid;
create index tag_key_tag on tag_key (tag_id);

create table source_key (
  key text not null,
  source_id text not null references source (id) on delete cascade,
  primary key (key, source_id)
) strict, without rowid;
create index source_key_source on source_key (source_id);
