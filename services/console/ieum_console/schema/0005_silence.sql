-- What the silence detector has found of each edge, looked at anew every minute: numbers, to be put into words.

create table silence (
    sender smallint not null,
    recipient smallint not null,
    verdict text not null,
    slot text,
    samples integer not null,
    outliers integer not null,
    usual_seconds double precision,
    waiting integer not null,
    beyond integer not null,
    since timestamptz,
    last_answer_at timestamptz,
    found_at timestamptz not null,
    primary key (sender, recipient)
);
