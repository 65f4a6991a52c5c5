-- The version of a journey's plan, which rises whenever it is set: two workers do not overwrite each other.
create table journey_plan (
    journey uuid    primary key,
    version integer not null
);
