-- What is destroyed is judged by the database's clock, and was stamped by it. A process whose clock was ahead may
-- have stamped rows, and the place up to which destruction has come, with times that are yet to come.

update ledger set at = now() where at > now();
update quarantine set at = now() where at > now();
update told set at = now() where at > now();
update expected set since = least(since, now()), asked_at = least(asked_at, now());
update idempotency set at = now() where at > now();
update done_until set at = least(at, now() - interval '30 days') where what = 'ledger-bodies';

-- Answers that were given are forgotten after seven days.
insert into done_until (what, at) values ('answers', now() - interval '8 days') on conflict (what) do nothing;

create index quarantine_at on quarantine (at);
create index told_at on told (at);
create index parked_since on parked (since);

