-- Rows as one parameter: a statement that writes many rows takes an array of these, which costs half of an array
-- for each column. A table that gets a further column gets a further row type, so that processes of the version
-- before go on while a centre is upgraded.

create type stream_row as (
    key uuid, peer smallint, family smallint, said bigint, heard bigint, heard_digest bytea, stopped text
);
create type ledger_row as (
    key uuid, peer smallint, family smallint, said boolean, sequence bigint, event_id uuid, type text,
    at timestamptz, headers bytea, digest bytea, body bytea, fate text, reason text
);
create type position_row as (family smallint, partition integer, next_offset bigint);
create type referral_row as (
    id uuid, recipient boolean, peer smallint, journey uuid, parent uuid, case_id uuid, programme text,
    state text, version bigint, ask_ids uuid[], ask_types text[], closed_as text, reopened boolean,
    disputed boolean, withdrawn boolean, erased boolean, outcome text, reason text, client_ref text,
    open_ref text, loop_override text, created_at timestamptz, changed_at timestamptz,
    concluded_at timestamptz, asked bytea, sealed bytea, assessment bytea
);
create type case_row as (
    id uuid, journey uuid, opened_at timestamptz, keep_open boolean, closed_at timestamptz, reason text,
    version bigint
);
create type answer_row as (
    key text, fingerprint bytea, status smallint, headers text[], body bytea, at timestamptz
);

-- A peer's number is given once and never taken back, in a transaction of its own, before any row names it:
-- looking it up again for every row cost a quarter of what writing the row costs. Locked in the order in which
-- work locks, so that this waits for it and not the other way round as well.
lock table referral, stream in access exclusive mode;
alter table referral drop constraint referral_peer_fkey;
alter table stream drop constraint stream_peer_fkey;
