"""What plans the database makes of statements, in the worlds in which it may have to make them."""

import re
from collections.abc import Iterable, Mapping

from asyncpg import Connection

from ieum.settings import Settings
from ieum.storage.database import open_database
from ieum_lab.testing.centre import CentreUnderTest

PREPARE = "select format('prepare hot_%s as %s', $1::int, $2::text)"
EXPLAIN = "select format('explain execute hot_%s (%s)', $1::int, $2::text)"
EXPLAIN_PLAIN = "select format('explain execute hot_%s', $1::int)"

NEVER_ANALYSED, ANALYSED_EMPTY, ANALYSED_FULL = "never-analysed", "analysed-empty", "analysed-full"
WORLDS = {
    NEVER_ANALYSED: (),
    ANALYSED_EMPTY: ("analyze",),
    ANALYSED_FULL: (
        """
        insert into peer (address) values ('testville/beta') on conflict do nothing
        """,
        """
        insert into stream (key, peer, family, said, heard)
        select md5(n::text)::uuid, 1, 1, 1, 1 from generate_series(1, 20000) n
        """,
        """
        insert into ledger (key, peer, family, said, sequence, event_id, type, at, headers, digest, body)
        select md5(n::text)::uuid, 1, 1, n % 2 = 0, 1, gen_random_uuid(), 'referral.requested',
               now() - n * interval '1 minute', 'h', 'd', 'b' from generate_series(1, 20000) n
        """,
        """
        insert into feed (key, peer, family, said, sequence, number)
        select md5(n::text)::uuid, 1, 1, false, 1, n from generate_series(1, 20000) n
        """,
        """
        insert into outbox (key, peer, family, sequence)
        select md5(n::text)::uuid, 1, 1, 1 from generate_series(1, 20000) n
        """,
        """
        insert into referral (
            id, recipient, peer, journey, case_id, programme, state, version, ask_ids, ask_types, reopened,
            disputed, withdrawn, erased, client_ref, open_ref, created_at, changed_at, asked
        )
        select md5(n::text)::uuid, n % 2 = 0, 1, gen_random_uuid(), gen_random_uuid(),
               'food-bank', 'accepted', 1, '{}', '{}', false, false, false, false,
               'c-' || n, 'c-' || n, now(), now(), '{}'
        from generate_series(1, 20000) n
        """,
        """
        insert into unmet_request (referral, how, recipient, peer, programme, reason, at)
        select md5(n::text)::uuid, 'declined', n % 2 = 0, 1, 'food-bank', 'no-capacity',
               now() - n * interval '1 minute' from generate_series(1, 20000) n
        """,
        """
        insert into inquiry (
            id, asked_here, peer, asking, place, programmes, asked_at, at, cited, erased
        )
        select md5(n::text)::uuid, n % 2 = 0, 1, gen_random_uuid(), 0, '{}', now(),
               now() - n * interval '1 minute', n % 3 = 0, n % 5 = 0
        from generate_series(1, 20000) n
        """,
        """
        insert into citation (referral, inquiry)
        select md5(n::text)::uuid, md5((n + 1)::text)::uuid from generate_series(1, 20000) n
        """,
        """
        insert into confirmation (referral, assessed, body, at)
        select md5(n::text)::uuid, 'd', '{}', now() from generate_series(1, 20000) n
        """,
        """
        insert into case_file (id, journey, opened_at, keep_open, version)
        select case_id, journey, created_at, false, 1 from referral
        """,
        """
        insert into eligibility_change (
            referral, id, journey, programme, old, new, effective_on, conflicts, at, to_do
        )
        select id, gen_random_uuid(), journey, programme, 'likely', 'granted', '2026-07-01', '[]', now(), true
        from referral
        """,
        "analyze",
    ),
}


async def plans_of(
    centre: CentreUnderTest, agency: str, world: str, statements: Iterable[tuple[str, str]]
) -> Mapping[str, str]:
    """Make the world, and explain every statement as a connection of the agency's pool would plan it."""
    settings = Settings.model_validate(centre.access(agency).values())
    database = await open_database(settings.database_dsn.get_secret_value(), settings.database_login())
    async with database.acquire() as connection:
        for each in WORLDS[world]:
            await connection.execute(each)
        plans = {
            name: await _plan(connection, number, statement)
            for number, (name, statement) in enumerate(statements)
        }
    await database.close()
    return plans


async def _plan(connection: Connection, number: int, statement: str) -> str:
    nulls = ", ".join(["null"] * len(set(re.findall(r"\$[0-9]+", statement))))
    await connection.execute(await connection.fetchval(PREPARE, number, statement))
    explain = (EXPLAIN, number, nulls) if nulls else (EXPLAIN_PLAIN, number)
    lines = await connection.fetch(await connection.fetchval(*explain))
    return "\n".join(line[0] for line in lines)
