-- What a key may ask, where that is not what holds for all.
alter table api_key add column requests_per_minute integer;
alter table api_key add column requests_per_day integer;

-- How often a key was used, by day (UTC), and in the minute that was counted last (minutes since 1970). The key of the settings,
-- which is kept nowhere, is counted too. Rows go a year after their day.
create table key_usage (
  key_id text collate "C" not null,
  day text collate "C" not null,
  requests bigint not null,
  minute integer not null,
  minute_requests integer not null,
  primary key (key_id, day)
);
create index key_usage_age on key_usage (day);
