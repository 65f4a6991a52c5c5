-- Peers as sources: how much of what they say is wrong, and whose events wait unfolded until released.

create table source (
    peer       smallint    primary key,         -- 0: records whose source nobody can tell
    since      timestamptz not null,            -- since when troubles are counted; after an hour from anew
    troubles   integer     not null default 0,  -- quarantined, refused, not understood, failed in our fold
    unkept     bigint      not null default 0,  -- quarantined records of which nothing was kept
    held       text,                            -- code of why its events wait
    held_since timestamptz,
    held_until timestamptz,                     -- null: until somebody, or what it waits for, releases it
    asked      uuid                             -- the question about heads whose answer releases it
);

alter table quarantine add column peer smallint not null default 0;

-- A peer's question how far the streams between us have come, until it is answered.
create table heads_ask (
    ask   uuid        primary key,
    peer  smallint    not null references peer,
    since timestamptz not null
);

-- When what is expected was last asked for; `since` stays, so that waiting has an end.
alter table expected add column asked_at timestamptz;

-- What maintenance has done up to which time.
create table done_until (
    what text        primary key,
    at   timestamptz not null
);

-- Retention and questions about heads look for times; at 30 bytes a megabyte, writers do not notice it.
create index ledger_at on ledger using brin (at) with (pages_per_range = 32, autosummarize = on);
