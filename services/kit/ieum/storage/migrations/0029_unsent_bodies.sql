-- Said events whose bodies outlived their time because they waited to be sent: cleared once they are sent.
create table unsent_body (
    id       bigint   generated always as identity primary key,
    key      uuid     not null,
    peer     smallint not null,
    family   smallint not null,
    sequence bigint   not null,
    unique (key, peer, family, sequence)
);
