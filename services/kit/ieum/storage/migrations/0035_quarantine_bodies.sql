-- Whose place is not verified has no place at which an erasure would find it: its bytes are not kept any more.
-- The column stays for processes that are older than this.
update quarantine set body = null where body is not null;
