-- So that what was answered, and what may be forgotten, is found without reading a whole table.

create index referral_erased on referral (id) where withdrawn_at is not null and erased;
create index change_age on change (at);
