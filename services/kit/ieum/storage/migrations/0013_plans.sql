-- How much waits of one source is counted for operators, among very much that waits of another.
create index parked_peer on parked (peer);
