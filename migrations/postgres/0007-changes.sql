-- Whom an entry concerns: the source, and as a JSON array the ids of the tags, with those above them, before and after the write.
-- They are kept with the entry, since later nobody can tell them: tags come off, and articles are deleted. Entries of before this
-- version have none.
alter table change add column source_id text collate "C";
alter table change add column tags text collate "C";

-- One row: up to where old entries were removed. Apart from the head, so that who removes keeps no writer waiting.
create table change_floor (
  id integer primary key not null check (id = 1),
  seq bigint not null
);
insert into change_floor (id, seq) values (1, 0);

-- The ids of tags that were merged away, under which the log knows the tag that they became.
create table merged_tag (
  id text collate "C" primary key not null,
  tag_id text collate "C" not null references tag (id) on delete cascade
);
create index merged_tag_tag on merged_tag (tag_id);
