-- What the process that answered said of itself.
alter table agency_look add column version text, add column relays boolean;
