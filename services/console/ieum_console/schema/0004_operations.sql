-- Retries and skips as operations: a frozen set of what was seen to wait, and what became of each of it.

create table operation (
    id uuid primary key,
    act text not null check (act in ('retry', 'skip')),
    agency text not null,
    waits_for text not null,
    reason text not null default '',
    state text not null check (state in ('prepared', 'approved', 'running', 'paused', 'stopped', 'aborted', 'done')),
    why text not null default '',
    prepared_by text not null,
    prepared_at timestamptz not null,
    approved_by text,
    runner uuid,
    beat_at timestamptz,
    ended_at timestamptz
);
create index operation_newest on operation (prepared_at desc);

-- `result` is null while nothing has been done; the key makes a repeated call the same act at the agency.
create table operation_item (
    operation uuid not null references operation,
    position integer not null,
    agency text not null,
    stream text not null,
    referral uuid not null,
    peer text not null,
    sequence bigint not null,
    waits_for text not null,
    since timestamptz,
    key uuid not null,
    is_open boolean not null default true,
    result text check (result in ('applied', 'waits-again', 'settled', 'refused', 'unknown')),
    detail text not null default '',
    at timestamptz,
    primary key (operation, position)
);
-- What waits is in one open operation at most, however often its button is pressed and by whom.
create unique index operation_item_open on operation_item (agency, stream, sequence) where is_open;
