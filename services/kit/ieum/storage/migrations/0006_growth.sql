-- What is found quickly in a small database, and has to be in a large one.

-- Clearing bodies begins where the ledger does: to look for that each time would read all of it.
insert into done_until (what, at)
select 'ledger-bodies', coalesce((select min(at) from ledger), now()) - interval '1 day'
on conflict (what) do nothing;

-- Open cases are few among all that ever were.
create index case_file_open on case_file (opened_at, id) where closed_at is null;

-- The first columns of ledger_troubled.
drop index ledger_not_applied;
