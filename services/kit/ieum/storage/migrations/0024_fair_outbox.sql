-- The relay reads a share of each peer's rows, so that one for whom much waits stands in nobody's way.
create index outbox_of_peer on outbox (peer, id) where not held;
drop index outbox_ready;
