-- What merges the index of texts: PostgreSQL itself.
select 1;
