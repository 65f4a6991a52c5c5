-- Referrals, as this agency's side knows them, and the cases in which it serves clients.

create table referral (
    id            uuid        primary key,
    recipient     boolean     not null,         -- whether this agency is the recipient, else the sender
    peer          smallint    not null references peer,
    journey       uuid        not null,
    parent        uuid,
    case_id       uuid,                         -- the recipient's case, on either side
    programme     text        not null,
    state         text        not null,
    version       bigint      not null,
    ask_ids       uuid[]      not null,         -- asks that are open (sender) or wait (recipient)
    ask_types     text[]      not null,
    closed_as     text,
    reopened      boolean     not null,
    disputed      boolean     not null,
    withdrawn     boolean     not null,
    erased        boolean     not null,
    outcome       text,
    reason        text,
    client_ref    text,                         -- the sender's own; never travels
    open_ref      text,                         -- client_ref until the referral first ends
    loop_override text,
    created_at    timestamptz not null,
    changed_at    timestamptz not null,
    concluded_at  timestamptz,
    asked         bytea       not null,         -- JSON of what was requested, without `sealed`
    sealed        bytea,                        -- JSON of its member `sealed`; null once erased
    assessment    bytea
);
create unique index referral_open on referral (open_ref, programme, peer) where open_ref is not null;
create index referral_client on referral (client_ref) where client_ref is not null;
create index referral_journey on referral (journey);
create index referral_case on referral (case_id) where case_id is not null;
create index referral_created on referral (created_at, id);

create table case_file (
    id        uuid        primary key,
    journey   uuid        not null,
    opened_at timestamptz not null,
    keep_open boolean     not null,
    closed_at timestamptz,
    reason    text,
    version   bigint      not null
);
create index case_file_opened on case_file (opened_at, id);
