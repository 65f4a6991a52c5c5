"""An agency's database goes back to an older state: restored from a backup, or a failover to an older copy.

What the agency said or answered since then is lost with its database, and the runbook tells both desks to see
about it. So the keys of all that are left out of the history (`excused.py`): the two sides may differ about
these. All else has to hold: what others said is heard again, no number is given twice, and everything drains.
"""

import asyncio
from random import Random
from uuid import UUID

from asyncpg import Connection
from pydantic_core import from_json

from ieum.access.callers import Role
from ieum.centre.centre_file import database_name
from ieum.centre.postgres import connect_admin, create_database
from ieum.delivery.streams.stream import FAMILIES
from ieum_contracts.address import Address
from ieum_contracts.case import CaseClosed
from ieum_contracts.topics import Family
from ieum_lab.embedded.issuer.renewed_token import RenewedToken
from ieum_lab.testing.outside_facts import Acknowledged
from tests.chaos.administration import away
from tests.chaos.caller import Caller, Met
from tests.chaos.scene import Scene, is_ready

BEHIND, AWAITING, RESTORED = "restored.behind", "awaiting-referral", "backup-restored"
MEANWHILE = (404, 409)
"""Something else waits by now."""
CLOSED = "case.closed.v1"
SWAP = (
    "select format('alter database %1$I allow_connections false', $1::text, $2::text)",
    """
    select format(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname in (%1$L, %2$L)',
        $1::text, $2::text
    )
    """,
    "select format('alter database %1$I rename to %3$I', $1::text, $2::text, $1::text || '_lost')",
    "select format('alter database %2$I rename to %1$I', $1::text, $2::text)",
    "select format('alter database %3$I allow_connections true', $1::text, $2::text, $1::text || '_lost')",
)
DROP = "select format('drop database if exists %I with (force)', $1::text)"


async def restore_backup(scene: Scene, random: Random) -> str:
    """Stop an agency, put a backup of its database in the place, and start it again."""
    return await _go_back(scene, random, running=False)


async def fail_over(scene: Scene, random: Random) -> str:
    """Put an older copy of its database under an agency that runs."""
    return await _go_back(scene, random, running=True)


async def _go_back(scene: Scene, random: Random, *, running: bool) -> str:
    """Put a copy in the database's place; raises OSError when nothing was said in the lost time."""
    me = random.choice(scene.addresses)
    name, seconds = database_name(me), random.uniform(3, 12)
    administrator = await connect_admin(scene.centre.settings)
    try:
        async with away(scene, me):
            await _drop(administrator, f"{name}_backup", f"{name}_lost")
            await create_database(administrator, f"{name}_backup", name, name)
            answered = len(scene.facts)
        for instance in scene.services[me.agency]:
            await is_ready(instance)
        said = await _said(scene, f"{name}_backup")
        await asyncio.sleep(seconds)
        if running:
            await _swap(administrator, name)
        else:
            async with away(scene, me):
                await _swap(administrator, name)
        lost = await _lost(scene, f"{name}_lost", said)
        lost |= {
            each.thing
            for each in scene.facts[answered:]
            if isinstance(each, Acknowledged) and each.at == str(me)
        }
        scene.rewound.add(me.agency)
        scene.lost |= lost - {""}
        await _drop(administrator, f"{name}_lost")
    finally:
        await administrator.close()
    if not lost:
        raise OSError(f"{me.agency} said nothing that could be lost.")
    return f"{me.agency} lost {seconds:.0f} s, {len(lost)} keys"


async def _swap(administrator: Connection, name: str) -> None:
    for statement in SWAP:
        await administrator.execute(await administrator.fetchval(statement, name, f"{name}_backup"))


async def _drop(administrator: Connection, *names: str) -> None:
    for name in names:
        await administrator.execute(await administrator.fetchval(DROP, name))


_STREAMS = "select key, peer, family, said from stream"
_SAID = "select key, peer, family, sequence, type, body from ledger where said"

Numbers = dict[tuple[UUID, int, int], int]
"""The last number that was said on each stream: key, peer, family."""


async def _said(scene: Scene, database: str) -> Numbers:
    connection = await connect_admin(scene.centre.settings, database)
    try:
        return {(row[0], row[1], row[2]): row[3] for row in await connection.fetch(_STREAMS)}
    finally:
        await connection.close()


async def _lost(scene: Scene, database: str, before: Numbers) -> set[str]:
    """Return the keys on which something was said since, and the referrals of cases said to be closed."""
    lost: set[str] = set()
    connection = await connect_admin(scene.centre.settings, database)
    try:
        rows = await connection.fetch(_SAID)
    finally:
        await connection.close()
    for row in rows:
        if row["sequence"] > before.get((row["key"], row["peer"], row["family"]), 0):
            lost.add(str(row["key"]))
            if row["type"] == CLOSED and row["body"] is not None:
                lost |= set(map(str, CaseClosed.model_validate_json(row["body"]).referrals))
    return lost


async def go_on(scene: Scene) -> None:
    """Do as the runbook says: go on where we spoke, and skip what waits for a referral that is lost."""
    for agency in sorted(scene.rewound):
        me = scene.centre.address(agency)
        urls = [service.url for service in scene.services[agency]]
        caller = Caller(urls, Met(), RenewedToken(scene.centre.issuer, me, Role.OPERATOR))
        try:
            status, page = await caller.get("/v1/streams?state=stopped&limit=200")
            assert status == 200, page
            for stream in page["streams"]:
                if stream["reason"] == BEHIND:
                    scene.lost.add(stream["key"])
                    await _act(caller, "retry", stream["id"], stream["sequence"], BEHIND)
            if waiting := await _waiting_in_vain(scene, me):
                await caller.post("/v1/elevations", {"reason": RESTORED})
            for name, sequence in waiting:
                await _act(caller, "skip", name, sequence, AWAITING)
        finally:
            caller.close()


async def _act(caller: Caller, act: str, stream: str, sequence: int, waited_for: str) -> None:
    wish = {"reason": RESTORED, "by": "op-1", "sequence": sequence, "waited_for": waited_for}
    status, answer = await caller.post(f"/v1/streams/{stream}/{act}", wish)
    assert status in {200, *MEANWHILE}, answer


_WAITING = """
select a.address as peer, p.key, p.family, p.sequence, p.body
from parked p join peer a on a.id = p.peer where p.reason = $1
"""


async def _waiting_in_vain(scene: Scene, me: Address) -> list[tuple[str, int]]:
    """Name the streams that wait for referrals which this agency has lost, each with the number that waits.

    What a case closes is lost as a whole with one of its referrals.
    """
    found: list[tuple[str, int]] = []
    async with scene.database(me) as connection:
        for row in await connection.fetch(_WAITING, AWAITING):
            family, keys = FAMILIES[row["family"]], {str(row["key"])}
            if family is Family.CASE_CLOSED and row["body"] is not None:
                keys |= set(map(str, from_json(row["body"]).get("referrals", ())))
            if not keys.isdisjoint(scene.lost):
                scene.lost |= keys
                peer = Address.parse(row["peer"])
                found.append((f"{peer.agency}.{family}.{row['key']}", row["sequence"]))
    return found
