-- What operators write down for each other and for themselves, and how an agency's service last answered.

create table trouble_note (
    agency text not null,
    reason text not null,
    note text not null,
    assignee text not null,
    version integer not null,
    written_by text not null,
    written_at timestamptz not null,
    primary key (agency, reason)
);

create table saved_filter (
    subject text not null,
    name text not null,
    query text not null,
    saved_at timestamptz not null,
    primary key (subject, name)
);

create table agency_look (
    agency text primary key,
    answer text not null,
    outbox_rows bigint,
    looked_at timestamptz not null
);

-- So that a month, or one person, is found in an audit of many years.
create index audit_of_actor on audit (actor, number desc);
