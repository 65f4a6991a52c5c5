-- Who did or read what: one row for each act, and for each read of client details, searches and empty ones too.
create table access_log (
    id      bigint      generated always as identity primary key,
    at      timestamptz not null,
    subject text        not null,             -- who, by the issuer's name
    roles   text[]      not null,
    act     text        not null,             -- method and route
    about   text[]      not null,             -- pseudonyms: ids in the path, what was searched by, what was shown
    why     text        not null,             -- the caller's reason as a code, or what such roles do
    status  smallint    not null,
    found   integer,                          -- of a list: how many were shown, none included
    request uuid        not null
);
create index access_log_at on access_log (at);
create type access_row as (
    subject text, roles text[], act text, about text[], why text, status smallint, found integer, request uuid
);

-- For an hour, with a reason: without one nobody may do what discards.
create table elevation (
    subject text        not null,
    reason  text        not null,
    at      timestamptz not null,
    until   timestamptz not null
);
create index elevation_subject on elevation (subject, until);

-- Both are append-only, for the service's own role too; what is older than two years may be deleted.
create function access_is_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < now() - interval '2 years' then
        return old;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger access_log_append_only before update or delete on access_log
    for each row execute function access_is_append_only();
create trigger elevation_append_only before update or delete on elevation
    for each row execute function access_is_append_only();
create function access_is_not_truncated() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger access_log_not_truncated before truncate on access_log
    for each statement execute function access_is_not_truncated();
create trigger elevation_not_truncated before truncate on elevation
    for each statement execute function access_is_not_truncated();
