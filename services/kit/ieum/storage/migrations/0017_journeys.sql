-- Changes of a client's eligibility that this agency knows, by referral: what a worker has to do about them, and
-- what need not be passed on again. The id is the same at every agency.

create table eligibility_change (
    number       bigint      generated always as identity,
    referral     uuid        not null,
    id           uuid        not null,
    journey      uuid        not null,
    told_by      smallint,                     -- null: this agency has said it itself
    programme    text        not null,
    old          text        not null,
    new          text        not null,
    effective_on date        not null,
    conflicts    bytea       not null,         -- JSON: programme, rule and citation of each
    at           timestamptz not null,
    to_do        boolean     not null,
    done_at      timestamptz,
    result       text,
    primary key (referral, id)
);
create index eligibility_change_journey on eligibility_change (journey);
create unique index eligibility_change_to_do on eligibility_change (number) where to_do;

create type eligibility_change_row as (
    referral uuid, id uuid, journey uuid, told_by smallint, programme text, old text, new text,
    effective_on date, conflicts bytea, at timestamptz, to_do boolean, done_at timestamptz, result text
);

-- Why a client was referred although a like referral was open. Such a referral has no open_ref from the beginning.

create table duplicate_override (
    referral uuid        primary key,
    open     uuid        not null,             -- the referral that was open
    reason   text        not null,
    at       timestamptz not null
);
create type duplicate_override_row as (referral uuid, open uuid, reason text, at timestamptz);

-- The plan of a journey, kept by its lead agency alone.

create table journey_goal (
    journey   uuid        not null,
    goal      text        not null,
    owner     text        not null,            -- id of the agency in charge of it, in this centre
    review_on date        not null,
    at        timestamptz not null,
    primary key (journey, goal)
);
