-- Clocks: what somebody has to do in time, a row each; written in the transaction of what begins or ends them.

create table clock (
    referral  uuid        not null references referral on delete cascade,
    clock     text        not null,
    since     timestamptz not null,             -- when the present run began
    steps     text[]      not null,             -- '<level> <amount> <unit>', of which `fired` were reached
    harm      smallint    not null,             -- rank of what being late does to the client; 1 is the worst
    promised  timestamptz,                      -- the time that the recipient named for the last step
    paused_at timestamptz,
    fired     smallint    not null,
    fired_at  timestamptz,
    due_at    timestamptz,                      -- of the next step, or of the last one; null while paused
    fires_at  timestamptz,                      -- when there is something to do; null for never
    calendar  bigint      not null,             -- version of the calendar by which it is timed
    primary key (referral, clock)
);
create index clock_fires on clock (fires_at) where fires_at is not null;
create index clock_harm on clock (harm, due_at, referral) where due_at is not null and paused_at is null;
create index clock_calendar on clock (calendar);

-- How far referrals without clocks were looked for: those of before this migration, and of older processes.
create table clock_sweep (
    one      boolean     primary key default true check (one),
    at       timestamptz not null,
    referral uuid        not null,
    ended_at timestamptz
);
insert into clock_sweep (at, referral) values ('-infinity', '00000000-0000-0000-0000-000000000000');

create type clock_row as (
    referral uuid, clock text, since timestamptz, steps text[], harm smallint, promised timestamptz,
    paused_at timestamptz, fired smallint, fired_at timestamptz, due_at timestamptz, fires_at timestamptz,
    calendar bigint
);
create type clock_key as (referral uuid, clock text);
