-- A feed that was made anew, or put back by a restored backup, gives its numbers a second time. Readers' cursors
-- name its epoch, so that they are told instead of missing what stands under the numbers that they know.
create table feed_epoch (
    one   boolean primary key default true check (one),
    epoch uuid    not null default gen_random_uuid()
);
insert into feed_epoch default values;

-- The history of a referral is read from its newest event on.
create index feed_of_referral on feed (key, peer);
