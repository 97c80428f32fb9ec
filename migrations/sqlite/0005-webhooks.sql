-- Who is told of changes, and where. `types` and `query` are JSON, or null for all; `secrets` is JSON: what deliveries are signed with,
-- the newest first, each with the moment from which it is not used any more. It hears of changes behind `after_seq`.
-- `disabled_at_seq` is how far the log was followed when it was disabled, since nothing is gathered for it from then on.
create table webhook (
  id text primary key not null,
  partner_id text references partner (id) on delete cascade,
  key_id text not null,
  url text not null,
  host text not null,
  description text,
  types text,
  query text,
  secrets text not null,
  state text not null check (state in ('active', 'paused', 'disabled')),
  state_reason text,
  state_since text not null,
  disabled_at_seq integer,
  after_seq integer not null,
  last_success_at text,
  last_failure_at text,
  last_error text,
  consecutive_failures integer not null default 0,
  failing_since text,
  held_until text,
  version integer not null default 1,
  created_at text not null,
  updated_at text not null
) strict;
create index webhook_of_partner on webhook (partner_id, id) where partner_id is not null;
create index webhook_of_key on webhook (key_id, id) where partner_id is null;

-- What one process at a time does. `dispatch`: up to where the change log was turned into deliveries. `claim`: takes what is due.
create table webhook_turn (
  task text primary key not null check (task in ('dispatch', 'claim')),
  seq integer not null
) strict;
insert into webhook_turn (task, seq) values ('dispatch', 0), ('claim', 0);

-- Of which articles a webhook with a query was told: it hears of them also when they leave the query.
create table webhook_told (
  webhook_id text not null references webhook (id) on delete cascade,
  article_id text not null,
  primary key (webhook_id, article_id)
) strict, without rowid;

-- The outbox: one change for one webhook. `tries` counts the attempts since it was last queued, `attempt_count` all. Rows of a webhook
-- that was deleted are seen by nobody, and go with their age.
create table webhook_delivery (
  id text primary key not null,
  webhook_id text not null,
  cause text not null check (cause in ('change', 'replay')),
  seq integer not null,
  at text not null,
  type text not null,
  resource_type text not null,
  resource_id text not null,
  revision integer,
  state text not null check (state in ('pending', 'delivered', 'failed')),
  tries integer not null,
  attempt_count integer not null,
  due_at text not null,
  lease text,
  leased_until text,
  created_at text not null,
  queued_at text not null,
  ended_at text
) strict;
create index webhook_delivery_due on webhook_delivery (webhook_id, due_at, id) where state = 'pending';
create index webhook_delivery_leased on webhook_delivery (leased_until) where leased_until is not null;
create index webhook_delivery_newest on webhook_delivery (webhook_id, id);
create index webhook_delivery_of_state on webhook_delivery (webhook_id, state, id);
create index webhook_delivery_of_type on webhook_delivery (webhook_id, type, id);
create index webhook_delivery_age on webhook_delivery (queued_at);

create table webhook_attempt (
  delivery_id text not null references webhook_delivery (id) on delete cascade,
  number integer not null,
  at text not null,
  status integer,
  duration_ms integer not null,
  error text,
  answer text,
  primary key (delivery_id, number)
) strict;

-- Stretches of the log that are being sent once more: the next number to look at, and the last.
create table webhook_replay (
  id text primary key not null,
  webhook_id text not null references webhook (id) on delete cascade,
  from_seq integer not null,
  next_seq integer not null,
  to_seq integer not null,
  created_at text not null
) strict;
create index webhook_replay_of_webhook on webhook_replay (webhook_id, id);
