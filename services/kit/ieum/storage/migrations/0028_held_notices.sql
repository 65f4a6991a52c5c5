-- A notice that is said once waits like an event while its recipient's partition is away.
alter table notice add column held boolean not null default false;
create index notice_ready on notice (id) where not held;
create index notice_held on notice (id) where held;
