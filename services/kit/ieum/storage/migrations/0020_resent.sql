-- What was asked for again and still waits is not entered once more, however often a peer asks. What is said for
-- the first time is not in the index, and costs nothing more.
alter table outbox add column resent boolean not null default false;
create unique index outbox_resent on outbox (key, peer, family, sequence) where resent;
