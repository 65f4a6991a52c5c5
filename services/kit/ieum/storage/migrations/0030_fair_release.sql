-- What was set aside is released by a share of each peer: one that is gone stands in nobody's way.
drop index outbox_held_oldest;
create index outbox_held_of_peer on outbox (peer, id) where held and id > 0;  -- read by no list of streams
drop index notice_held;
create index notice_held_of_peer on notice (peer, id) where held;
