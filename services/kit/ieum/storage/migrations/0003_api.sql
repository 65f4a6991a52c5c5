-- Answers already given over HTTP, so that a request sent again gets the same answer and does nothing again.

create table idempotency (
    key         text        primary key,
    fingerprint bytea       not null,           -- SHA-256 of method, path, If-Match and body
    status      smallint,                       -- null only inside the transaction that does the work
    headers     text[],                         -- name, value, name, value …
    body        bytea,
    at          timestamptz not null
);
create index idempotency_at on idempotency (at);
