-- Events between this agency and its peers: what was said, what was heard, and what waits.

create table peer (
    id      smallint generated always as identity primary key,
    address text not null unique
);

create table stream (
    key          uuid     not null,
    peer         smallint not null references peer,
    family       smallint not null,
    said         bigint   not null default 0,
    heard        bigint   not null default 0,
    heard_digest bytea,
    stopped      text,                          -- code of the conflict or failure that stopped it
    primary key (key, peer, family)
);

create table ledger (
    key      uuid        not null,
    peer     smallint    not null,
    family   smallint    not null,
    said     boolean     not null,
    sequence bigint      not null,
    event_id uuid        not null,
    type     text        not null,
    at       timestamptz not null,
    headers  bytea       not null,              -- canonical bytes of the headers that count
    digest   bytea       not null,
    body     bytea,                             -- null once it is no longer kept
    fate     text        not null default 'applied',  -- applied, refused, skipped
    reason   text,
    primary key (key, peer, family, said, sequence)
);

create index ledger_troubled on ledger (key, peer, family, sequence) where fate <> 'applied';

create table outbox (
    id       bigint   generated always as identity primary key,
    key      uuid     not null,
    peer     smallint not null,
    family   smallint not null,
    sequence bigint   not null,
    held     boolean  not null default false    -- set aside: the broker does not take its topic for now
);
create index outbox_ready on outbox (id) where not held;

-- Talk about delivery itself, for the peers' delivery mailboxes: unnumbered and idempotent.
create table notice (
    id   bigint   generated always as identity primary key,
    peer smallint not null references peer,
    key  uuid     not null,
    headers bytea not null,
    body bytea    not null
);

create table position (
    family      smallint not null,
    partition   integer  not null,
    next_offset bigint   not null,
    primary key (family, partition)
);

create table parked (
    key      uuid        not null,
    peer     smallint    not null,
    family   smallint    not null,
    sequence bigint      not null,
    event_id uuid        not null,
    type     text        not null,
    headers  bytea       not null,
    body     bytea       not null,
    digest   bytea       not null,
    unkept   text,                              -- why its body is not kept: it will be refused under this code
    reason   text        not null,
    attempts smallint    not null default 0,
    dead     boolean     not null default false,
    since    timestamptz not null,
    retry_at timestamptz,                       -- null: woken by what it waits for, not by time
    told     boolean     not null default false,
    primary key (key, peer, family, sequence)
);
create index parked_retry on parked (retry_at) where retry_at is not null;

create table quarantine (
    id        bigint      generated always as identity primary key,
    topic     text        not null,
    partition integer     not null,
    "offset"  bigint      not null,
    reason    text        not null,
    digest    bytea       not null,
    headers   bytea,
    body      bytea,
    at        timestamptz not null,
    unique (topic, partition, "offset")
);

-- What a peer told about streams that this agency said on.
create table told (
    key      uuid        not null,
    peer     smallint    not null,
    family   smallint    not null,
    sequence bigint      not null,
    kind     text        not null,              -- parked, refused, skipped
    reason   text        not null,
    at       timestamptz not null,
    primary key (key, peer, family, sequence, kind)
);

-- What a peer says that it said to this agency, and that has not come yet.
create table expected (
    key    uuid        not null,
    peer   smallint    not null,
    family smallint    not null,
    said   bigint      not null,
    since  timestamptz not null,
    primary key (key, peer, family)
);
create index expected_since on expected (since);

-- What operators did to streams: append-only.
create table operator_act (
    id       bigint      generated always as identity primary key,
    act      text        not null,
    key      uuid        not null,
    peer     smallint    not null,
    family   smallint    not null,
    sequence bigint      not null,
    reason   text        not null,
    by       text        not null,
    at       timestamptz not null
);

-- One row per event that took effect; numbered after commit by one writer, so that no reader skips a late commit.
create table feed (
    id       bigint   generated always as identity primary key,
    number   bigint   unique,
    key      uuid     not null,
    peer     smallint not null,
    family   smallint not null,
    said     boolean  not null,
    sequence bigint   not null
);
create index feed_unnumbered on feed (id) where number is null;

create table catalogue (
    peer    smallint not null references peer,
    id      text     not null,
    version bigint   not null,
    body    bytea    not null,
    primary key (peer, id)
);
