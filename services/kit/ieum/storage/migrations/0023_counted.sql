-- What is counted for the metrics every few seconds is found without reading a table that grows.
create index parked_reason on parked (reason, dead);
create index referral_unerased on referral (id) where withdrawn and not erased;
