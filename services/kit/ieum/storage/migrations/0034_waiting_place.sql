-- What was last told of a place on a waiting list: the ledger keeps the words for thirty days, a promise for longer.
create table waiting_place (
    referral           uuid        primary key,
    position           integer,
    expected_wait_days integer,
    review_at          timestamptz
);
create type waiting_place_row as (
    referral uuid, position integer, expected_wait_days integer, review_at timestamptz
);
