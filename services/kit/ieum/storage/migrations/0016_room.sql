-- How much room programmes have: what every agency says of its own, and what this agency has set for its own.

create table capacity (
    peer      smallint not null references peer,
    programme text     not null,
    version   bigint   not null,
    body      bytea    not null,                -- the newest capacity.changed of that agency
    primary key (peer, programme)
);

create table room (
    programme     text        primary key,
    version       bigint      not null default 0,
    room          text,                         -- open, few, waitlist, none; null: nobody has set it
    places        integer,                      -- places in all; null: as the programme is declared, or not counted
    expected_days integer,
    changed_at    timestamptz not null default now()
);

-- Who has a place, and who waits for one: few among all referrals that ever were.
create index referral_placed on referral (programme)
    where recipient and state in ('accepted', 'in-progress', 'on-hold');
create index referral_undecided on referral (programme) where recipient and state in ('received', 'waitlisted');

-- Acceptances of the last 90 days, by which waiting times are measured.
create index ledger_accepted on ledger (at) where said and type = 'referral.accepted.v1';
