"""A log of effects for databases under test: what really happened to a row, independent of the service.

An inquiry's first version is that it was asked or answered here, its second that the answer came.
"""

from collections.abc import AsyncIterator

from asyncpg import Connection

from ieum_lab.testing.history import Changed

PREFETCHED = 5_000

_INSTALL = """
create table effect_log (
    id     bigint generated always as identity primary key,
    thing  uuid   not null,
    before bigint not null,
    after  bigint not null,
    state  text   not null,
    programme text
);
create function log_effect() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into effect_log (thing, before, after, state, programme)
    values (
        new.id, case when tg_op = 'INSERT' then 0 else old.version end, new.version, new.state,
        case when new.recipient then new.programme end
    );
    return null;
end $$;
create function log_inquiry() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if tg_op = 'INSERT' then
        insert into effect_log (thing, before, after, state) values (new.id, 0, 1, 'inquiry');
    elsif new.answer is distinct from old.answer then
        insert into effect_log (thing, before, after, state) values (new.id, 1, 2, 'inquiry');
    end if;
    return null;
end $$;
create table room_log (id bigint primary key, programme text not null, places integer);
create function log_room() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into room_log (id, programme, places)
    values (nextval(pg_get_serial_sequence('effect_log', 'id')), new.programme, new.places);
    return null;
end $$;
create table clock_log (
    referral uuid not null, clock text not null, since timestamptz not null, level text not null
);
create function log_clock() returns trigger language plpgsql security definer set search_path = public as $$
begin
    if new.fired_at is not null and (tg_op = 'INSERT' or new.fired_at is distinct from old.fired_at) then
        insert into clock_log (referral, clock, since, level)
        values (new.referral, new.clock, new.since, new.steps[new.fired]);
    end if;
    return null;
end $$;
create trigger log_clock after insert or update on clock for each row execute function log_clock();
create trigger log_inquiry after insert or update on inquiry for each row execute function log_inquiry();
create trigger log_room after insert or update on room for each row execute function log_room();
create trigger log_effect after insert or update on referral for each row execute function log_effect();
"""


async def install_effect_log(administrator: Connection) -> None:
    """Log every change of a referral from now on; needs the administrator of a test's database."""
    await administrator.execute(_INSTALL)


_CHANGES = "select id, thing, before, after, state from effect_log order by id"


async def read_effect_log(connection: Connection, at: str) -> AsyncIterator[Changed]:
    """Read the changes of an agency's referrals."""
    async with connection.transaction():
        async for row in connection.cursor(_CHANGES, prefetch=PREFETCHED):
            yield Changed(at, str(row["thing"]), row["before"], row["after"], row["state"], row["id"])
