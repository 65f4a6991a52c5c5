-- When the sender said a referral: the day of the application, on which eligibility is judged, however late it was
-- read. What was written before, or by a process of the version before, has none: there created_at counts.

alter table referral add column requested_at timestamptz;

create type referral_row_0007 as (
    id uuid, recipient boolean, peer smallint, journey uuid, parent uuid, case_id uuid, programme text,
    state text, version bigint, ask_ids uuid[], ask_types text[], closed_as text, reopened boolean,
    disputed boolean, withdrawn boolean, erased boolean, outcome text, reason text, client_ref text,
    open_ref text, loop_override text, created_at timestamptz, changed_at timestamptz,
    concluded_at timestamptz, asked bytea, sealed bytea, assessment bytea, requested_at timestamptz
);
