-- What the headers of all records of a centre say, in the console's own database. It holds no body and nothing of a
-- client; every row but those of `audit` can be made again from the topics.

create table agency (
    id smallint generated always as identity primary key,
    name text not null unique
);

create table event_type (
    id smallint generated always as identity primary key,
    name text not null unique
);

-- One row: how far the projector has come, and what it knows of its own lag.
create table projector (
    id smallint primary key default 1 check (id = 1),
    number bigint not null default 0,
    applied bigint not null default 0,
    applied_at timestamptz,
    checked_at timestamptz,
    records_behind bigint,
    oldest_unread_at timestamptz,
    kafka_away_since timestamptz,
    rebuilding_since timestamptz,
    rebuild_records bigint
);
insert into projector default values;

create table partition_position (
    topic text not null,
    partition smallint not null,
    next_offset bigint not null,
    primary key (topic, partition)
);

create table rejected_record (
    topic text not null,
    reason text not null,
    records bigint not null,
    last_offset bigint not null,
    last_at timestamptz not null,
    primary key (topic, reason)
);

-- An event of a stream, as its headers say. `sent_at` is the broker's time; `sends` counts copies of the record.
create table step (
    key uuid not null,
    source smallint not null,
    recipient smallint not null,
    family smallint not null,
    sequence bigint not null,
    event_id uuid not null,
    type smallint not null,
    said_at timestamptz not null,
    sent_at timestamptz not null,
    partition smallint not null,
    "offset" bigint not null,
    sends integer not null default 1,
    differing boolean not null default false,
    journey uuid,
    causation text,
    trace text,
    primary key (key, source, recipient, family, sequence)
);
create index step_place on step (recipient, family, partition, "offset");

create table gap (
    key uuid not null,
    source smallint not null,
    recipient smallint not null,
    family smallint not null,
    first bigint not null,
    last bigint not null,
    noticed_at timestamptz not null,
    primary key (key, source, recipient, family, first)
);

create table referral (
    id uuid primary key,
    sender smallint not null,
    recipient smallint not null,
    journey uuid,
    requested_at timestamptz not null,
    state text not null,
    since timestamptz not null,
    ended boolean not null,
    closed_as text,
    holder smallint,
    due_at timestamptz,
    due_clock text,
    reminded_at timestamptz,
    open_asks smallint not null,
    withdrawn_at timestamptz,
    erased boolean not null,
    reopened boolean not null,
    gaps smallint not null,
    last_type smallint not null,
    last_source smallint not null,
    last_at timestamptz not null,
    number bigint not null
);
create index referral_newest on referral (requested_at desc, id desc);
create index referral_of_sender on referral (sender, requested_at desc, id desc);
create index referral_of_recipient on referral (recipient, requested_at desc, id desc);
create index referral_in_state on referral (state, requested_at desc, id desc);
create index referral_of_sender_in_state on referral (sender, state, requested_at desc, id desc);
create index referral_of_recipient_in_state on referral (recipient, state, requested_at desc, id desc);
create index referral_of_journey on referral (journey) where journey is not null;
create index referral_due on referral (due_at, id) where due_at is not null;
create index referral_due_by_holder on referral (holder, due_at, id) where due_at is not null;
create index referral_unanswered on referral (recipient, requested_at) where state in ('requested', 'received');
create index referral_unerased on referral (withdrawn_at, id) where withdrawn_at is not null and not erased;

-- A referral with names in place of numbers, for the pages.
create view referral_row as
select r.id, s.name as sender, p.name as recipient, r.journey, r.state, r.since, r.ended, h.name as holder, r.due_at,
    r.due_clock, r.reminded_at, r.open_asks, r.withdrawn_at, r.erased, r.gaps, r.requested_at, t.name as last_type,
    l.name as last_source, r.last_at, r.closed_as, r.reopened, r.number, r.sender as sender_id,
    r.recipient as recipient_id, r.holder as holder_id
from referral r
join agency s on s.id = r.sender
join agency p on p.id = r.recipient
join agency l on l.id = r.last_source
join event_type t on t.id = r.last_type
left join agency h on h.id = r.holder;

create table tally (
    sender smallint not null,
    recipient smallint not null,
    state text not null,
    referrals bigint not null,
    primary key (sender, recipient, state)
);

-- `events` are those of streams, each counted once; `records` all that was sent.
create table edge (
    source smallint not null,
    recipient smallint not null,
    records bigint not null,
    events bigint not null,
    last_said_at timestamptz not null,
    heads_at timestamptz,
    primary key (source, recipient)
);

create table flow (
    minute timestamptz not null,
    source smallint not null,
    recipient smallint not null,
    records integer not null,
    primary key (minute, source, recipient)
);

-- How long events took from being said to being read by their recipient, counted in steps of a factor of 2.
create table delivery_time (
    minute timestamptz not null,
    source smallint not null,
    recipient smallint not null,
    bucket smallint not null,
    records integer not null,
    primary key (minute, source, recipient, bucket)
);

-- How far each agency's group has read each partition of its mailboxes, as last looked at; and when it got there.
create table reading (
    recipient smallint not null,
    family smallint not null,
    partition smallint not null,
    next_offset bigint not null,
    end_offset bigint not null,
    observed_at timestamptz not null,
    primary key (recipient, family, partition)
);

create table heard_mark (
    recipient smallint not null,
    family smallint not null,
    partition smallint not null,
    next_offset bigint not null,
    observed_at timestamptz not null,
    primary key (recipient, family, partition, next_offset)
);
create index heard_mark_age on heard_mark (observed_at);

create table instance (
    agency smallint not null,
    member text not null,
    host text not null,
    observed_at timestamptz not null,
    primary key (agency, member)
);

create table presence (
    agency smallint primary key,
    last_said_at timestamptz,
    catalogue_at timestamptz,
    read_at timestamptz,
    group_state text
);

-- Talk about delivery: who told whom, when, of which key; what it says of the stream stands in the body, unread.
create table notice (
    recipient smallint not null,
    "offset" bigint not null,
    source smallint not null,
    key uuid,
    type smallint not null,
    said_at timestamptz not null,
    sent_at timestamptz not null,
    primary key (recipient, "offset")
);
create index notice_of_key on notice (key, said_at);

create table waiting_stream (
    hearer smallint not null,
    sayer smallint not null,
    key uuid not null,
    since timestamptz not null,
    primary key (hearer, sayer, key)
);
create index waiting_stream_since on waiting_stream (since);

create table programme (
    agency smallint not null,
    id text not null,
    published_at timestamptz not null,
    capacity_at timestamptz,
    primary key (agency, id)
);

create table spoken (
    agency smallint not null,
    type smallint not null,
    dataschema text not null,
    records bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (agency, type, dataschema)
);

create table answer_sample (
    referral uuid primary key,
    sender smallint not null,
    recipient smallint not null,
    asked_at timestamptz not null,
    answered_at timestamptz not null
);
create index answer_sample_of_edge on answer_sample (sender, recipient, asked_at);

-- What has changed, for pages that follow: one row a batch and edge, under the rising number of the batch.
create table change (
    number bigint not null,
    source smallint not null,
    recipient smallint not null,
    records integer not null,
    at timestamptz not null,
    primary key (number, source, recipient)
);

create table audit (
    number bigint primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    target text not null,
    reason text not null,
    previous bytea not null,
    digest bytea not null
);
create index audit_time on audit (at desc, number desc);
