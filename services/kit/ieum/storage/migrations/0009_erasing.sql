-- Streams on which something was said whose personal part is to be cleared, as soon as it has been sent.

create table erasing (
    key  uuid     not null,
    peer smallint not null,
    primary key (key, peer)
);
