-- Who is signed in at the pages, and who is on the way to the issuer. Both are rows for hours, under digests of cookies.

create table web_session (
    digest bytea primary key,
    subject text not null,
    name text not null,
    roles text[] not null,
    agency text,
    sealed_token bytea not null,
    token_expires_at timestamptz not null,
    authenticated_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null
);

create table sign_in_attempt (
    digest bytea primary key,
    state text not null,
    nonce text not null,
    verifier text not null,
    next_path text not null,
    started_at timestamptz not null
);

create index audit_of_target on audit (target, number desc) where target <> '';
