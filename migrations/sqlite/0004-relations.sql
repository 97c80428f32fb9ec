-- What was found out about an article, beside what was said of it: it is kept apart, so that what was declared always wins.
alter table article add column found_original_id text;
alter table article add column found_original_score real;
alter table article add column duplicate_score real;
-- Since when an editor's word holds on the story of the article, or on its having none.
alter table article add column story_fixed_at text;
-- The story that a deleted article was of, which is to be counted anew.
alter table article_tombstone add column story_id text;
create index article_found_original on article (found_original_id) where found_original_id is not null;
create index article_duplicate on article (duplicate_of_id) where duplicate_of_id is not null;

-- One row: up to where the change log was looked at for relations, how many articles have signals, and the last number that was
-- given to one. Numbers are never given again, since postings may still have those of signals that are gone.
create table relation_progress (
  id integer primary key not null check (id = 1),
  seq integer not null,
  articles integer not null,
  last_number integer not null
) strict;
insert into relation_progress (id, seq, articles, last_number) values (1, 0, 0, 0);

-- The words by which articles are compared, and how many articles have each.
create table relation_word (
  number integer primary key not null,
  word text not null unique,
  articles integer not null
) strict;

-- Which articles have a word: `key` is the number of the word and the period of publishing, `entries` six bytes an article (its
-- signal's number and its weight). Entries of signals that are gone stay until the relations are made anew.
create table relation_posting (
  key integer primary key not null,
  entries blob not null
) strict;

-- By what an article is compared: its weighed words, own and bridged to English, as JSON, and how many articles there were when
-- they were weighed. It is written anew, under a new number, when the article changes.
create table article_signal (
  number integer primary key not null,
  article_id text not null unique,
  published_at text not null,
  signals_version integer not null,
  weighed_among integer not null,
  language text not null,
  words text not null,
  bridged text not null,
  sketch blob not null,
  facts text not null
) strict;
create index article_signal_weighed on article_signal (weighed_among);

-- Which signals have a shingle of the sketch: what they share tells republished texts.
create table relation_shingle (
  hash integer not null,
  number integer not null,
  primary key (hash, number)
) strict, without rowid;

-- One event, told by at least two articles when it is made. `languages` is JSON. `heat` grows with sources and with time, so that
-- the order by it holds without being computed anew. A story that was merged away stays as a pointer.
create table story (
  id text primary key not null,
  title text not null,
  title_fixed_at text,
  language text not null,
  representative_id text,
  article_count integer not null,
  source_count integer not null,
  languages text not null,
  first_published_at text not null,
  last_published_at text not null,
  heat real not null,
  merged_into text,
  version integer not null default 1,
  created_at text not null,
  updated_at text not null
) strict;
create index story_hottest on story (heat, id) where merged_into is null and article_count > 0;
create index story_newest on story (last_published_at, id) where merged_into is null and article_count > 0;
create index story_merged on story (merged_into) where merged_into is not null;

-- Without statistics SQLite takes "published" to be as telling as one source, and walks all articles in order for those of one
-- source, language, story or text. It is told here that it is less telling, and no more, so that lists of all are still walked in
-- order. The first line makes the table of statistics, the last has it read.
analyze sqlite_schema;
delete from sqlite_stat1 where tbl = 'article' and idx in ('article_newest', 'article_changed');
insert into sqlite_stat1 (tbl, idx, stat)
values ('article', 'article_newest', '1000000 1000 2 1'), ('article', 'article_changed', '1000000 1000 2 1');
analyze sqlite_schema;
