-- What the other side of a referral did not take in, and how a referral ended at its sender alone.

alter table referral
    add column untaken_ids     uuid[]  not null default '{}',  -- asks (sender) or decisions (recipient)
    add column untaken_names   text[]  not null default '{}',
    add column untaken_reasons text[]  not null default '{}',
    add column over            boolean not null default false, -- the sender expects no answer any more
    add column ended_here      text,                           -- refused, skipped, lost, abandoned
    add column ended_reason    text;

create type referral_row_2 as (
    id uuid, recipient boolean, peer smallint, journey uuid, parent uuid, case_id uuid, programme text,
    state text, version bigint, ask_ids uuid[], ask_types text[], closed_as text, reopened boolean,
    disputed boolean, withdrawn boolean, erased boolean, outcome text, reason text, client_ref text,
    open_ref text, loop_override text, created_at timestamptz, changed_at timestamptz,
    concluded_at timestamptz, asked bytea, sealed bytea, assessment bytea, untaken_ids uuid[],
    untaken_names text[], untaken_reasons text[], over boolean, ended_here text, ended_reason text,
    requested_at timestamptz
);
