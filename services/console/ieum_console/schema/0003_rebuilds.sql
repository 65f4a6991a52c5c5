-- How often the projection was made anew: whoever still writes to the one before begins at its start again.

alter table projector add column rebuilds integer not null default 0;
