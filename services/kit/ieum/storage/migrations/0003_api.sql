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

-- What operators look for among very many rows that need nobody.
create index ledger_not_applied on ledger (key, peer, family) where fate <> 'applied';
create index stream_stopped on stream (key) where stopped is not null;
create index outbox_held on outbox (key) where held;
