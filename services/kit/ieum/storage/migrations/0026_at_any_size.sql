-- What waits may be a million rows: what is looked for among them is found by an index.

-- Whether an event that is past its retention period is still to be sent.
create index outbox_place on outbox (key, peer, family, sequence);

-- Rows that are set aside: pages of them for operators, and the oldest ones. The second condition, which always
-- holds, keeps the two apart: a page of streams is never read by the index that has no keys.
drop index outbox_held;
create index outbox_held on outbox (key, peer, family, sequence) where held;
create index outbox_held_oldest on outbox (id) where held and id > 0;

-- Streams whose first event is tried no more.
create index parked_dead on parked (key, peer, family, sequence) where dead;

-- What a peer has said and is missing here, in the order in which it is looked at.
create index expected_looked_at on expected (asked_at nulls first, since);
