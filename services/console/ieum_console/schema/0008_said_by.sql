-- So that what one agency said in a month is found without reading what all have said.

create index step_said_by on step (source, said_at) where family = 1;
