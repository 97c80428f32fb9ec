-- How far the log was read for what the hub is told of; null before the first time, and then from its end on. One row.
create table hub_progress (
  id integer primary key not null check (id = 1),
  seq bigint
);
insert into hub_progress (id, seq) values (1, null);

-- A feed that the hub was told of, or is to be. `wanted` counts the changes, so that one which comes meanwhile is told, too.
create table hub_topic (
  path text collate "C" primary key not null,
  wanted integer not null,
  due_at text collate "C",
  told_at text collate "C",
  attempts integer not null
);
create index hub_topic_due on hub_topic (due_at) where due_at is not null;
