-- What this agency has said and no head of the peer has confirmed: it is told again, for a broker may lose a tail
-- together with the heads that told of it.
create table unconfirmed (
    key      uuid        not null,
    peer     smallint    not null,
    family   smallint    not null,
    said     bigint      not null,
    since    timestamptz not null,
    tellings smallint    not null default 0,    -- how often it was told again: each time it waits longer
    tell_at  timestamptz not null,
    primary key (key, peer, family)
);
create index unconfirmed_tell_at on unconfirmed (tell_at);

-- Up to which number of the feed what was said is noted above.
create table unconfirmed_until (
    one    boolean primary key default true check (one),
    number bigint  not null
);
insert into unconfirmed_until (number) select coalesce(max(number), 0) from feed;

-- The open question to each peer, under one name until it is answered: a peer that is away for days answers once.
create table heads_question (
    peer     smallint    primary key,
    ask      uuid        not null,
    since    timestamptz not null,
    asked_at timestamptz not null
);

-- How much a peer may claim about streams that nobody here knows is bounded, and so it is counted.
create index expected_peer on expected (peer);
create index stream_behind on stream (peer) where stopped = 'restored.behind';
