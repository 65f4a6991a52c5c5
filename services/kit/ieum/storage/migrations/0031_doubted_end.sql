-- Where the feed ended when the database was first doubted, and has not been compared since.
alter table feed_epoch add column doubted_end bigint;
