-- An entry of the feed is written twice, without and with its number: two indexes less are written each time.
-- It is found by its place in the table when it gets its number, and stands in the index of numbers from then on.
alter table feed drop constraint feed_pkey, drop constraint feed_number_key;
create unique index feed_numbered on feed (number) where number is not null;
