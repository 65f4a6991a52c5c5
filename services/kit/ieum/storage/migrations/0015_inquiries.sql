-- Inquiries before a referral: asked here, or answered here. Nothing in them says who it was about.

create table inquiry (
    id          uuid        primary key,
    asked_here  boolean     not null,             -- whether this agency asked, else it was asked
    peer        smallint    not null,
    asking      uuid,                             -- what one call asked of several agencies
    place       smallint    not null,             -- in the order of that call
    programmes  text[]      not null,
    asked_at    timestamptz not null,             -- as the asker said
    at          timestamptz not null,             -- by the database's clock, which judges what is destroyed
    answer      uuid,                             -- id of the answering event, known to the asker
    answered_at timestamptz,
    assessment  bytea,                            -- the answer, codes alone; null once it is erased
    refused     text,
    cited       boolean     not null,             -- by a referral, which keeps it
    erased      boolean     not null
);
create index inquiry_asking on inquiry (asking) where asking is not null;
create index inquiry_uncited on inquiry (at) where not cited and not erased;
create index inquiry_erased on inquiry (at) where erased;
create type inquiry_row as (
    id uuid, asked_here boolean, peer smallint, asking uuid, place smallint, programmes text[],
    asked_at timestamptz, answer uuid, answered_at timestamptz, assessment bytea, refused text, cited boolean,
    erased boolean
);

create table citation (
    referral uuid primary key,
    inquiry  uuid not null
);
create index citation_inquiry on citation (inquiry);
create type citation_row as (referral uuid, inquiry uuid);

-- What a person found of a referral's assessment, the last time; its words stand in the ledger alone.
create table confirmation (
    referral uuid        primary key,
    assessed bytea       not null,                -- the assessment that was looked at, as JSON
    body     bytea       not null,
    at       timestamptz not null,
    by       text                                 -- the recipient's own reference of the person
);
create type confirmation_row as (
    referral uuid, assessed bytea, body bytea, at timestamptz, by text
);
