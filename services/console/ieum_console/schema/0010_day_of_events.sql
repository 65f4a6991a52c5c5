-- How much each agency said on a day in Seoul, so that a month is counted without reading its events.

create table day_of_events (
    agency smallint not null,
    day date not null,
    type smallint not null,
    events integer not null,
    primary key (agency, day, type)
);

insert into day_of_events (agency, day, type, events)
select source, (said_at at time zone 'Asia/Seoul')::date, type, count(*) from step where family = 1 group by 1, 2, 3;
