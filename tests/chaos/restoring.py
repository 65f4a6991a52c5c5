"""An agency's database goes back to an older state: restored from a backup, or a failover to an older copy.

What the agency said or answered since then is lost with its database, and the runbook tells both desks to see
about it. So the keys of all that are left out of the history (`excused.py`): the two sides may differ about
these. All else has to hold: what others said is heard again, no number is given twice, and everything drains.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
from ieum_lab.testing.centre import DROP_DATABASE
from ieum_lab.testing.outside_facts import Acknowledged
from tests.chaos.administration import away
from tests.chaos.caller import Caller, Met
from tests.chaos.scene import KAFKA, Scene, is_ready
from tests.older_copies import copy_of, lost_of, put_copy_in_place

BEHIND, AWAITING, RESTORED = "restored.behind", "awaiting-referral", "backup-restored"
ANSWERED_SECONDS = 2.0
"""After which an answer that was given before a failover has come to its caller."""
MEANWHILE = (404, 409)
"""Something else waits by now."""
CLOSED = "case.closed.v1"


async def restore_backup(scene: Scene, random: Random) -> str:
    """Stop an agency, put a backup of its database in the place, and start it again."""
    async with scene.turns[KAFKA]:  # as the runbook has it: after a restore, start only while Kafka is there
        return await _go_back(scene, random, running=False)


async def fail_over(scene: Scene, random: Random) -> str:
    """Put an older copy of its database under an agency that runs."""
    async with scene.turns[KAFKA]:
        return await _go_back(scene, random, running=True)


async def _go_back(scene: Scene, random: Random, *, running: bool) -> str:
    """Put a copy in the database's place; raises OSError when nothing was said in the lost time."""
    me = random.choice(scene.addresses)
    name, seconds = database_name(me), random.uniform(3, 12)
    administrator = await connect_admin(scene.centre.settings)
    try:
        async with away(scene, me):
            await _drop(administrator, copy_of(name), lost_of(name))
            await create_database(administrator, copy_of(name), name, name)
            answered = len(scene.facts)
        for instance in scene.services[me.agency]:
            await is_ready(instance)
        said = await _said(scene, copy_of(name))
        await asyncio.sleep(seconds)
        scene.rewound.add(me.agency)
        if running:
            await put_copy_in_place(administrator, name)
            await asyncio.sleep(ANSWERED_SECONDS)
            lost = await _note_lost(scene, me, said, answered)
        else:
            async with away(scene, me):
                await put_copy_in_place(administrator, name)
                lost = await _note_lost(scene, me, said, answered)
        for instance in scene.services[me.agency]:
            await is_ready(instance)
        await _drop(administrator, lost_of(name))
    finally:
        await administrator.close()
    if not lost:
        raise OSError(f"{me.agency} said nothing that could be lost.")
    return f"{me.agency} lost {seconds:.0f} s, {len(lost)} keys"


async def _note_lost(scene: Scene, me: Address, said: "Numbers", answered: int) -> set[str]:
    """Note what was lost, whatever becomes of the instances then: said, or acknowledged, since the copy."""
    lost = await _lost(scene, lost_of(database_name(me)), said)
    lost |= {
        each.thing for each in scene.facts[answered:] if isinstance(each, Acknowledged) and each.at == str(me)
    }
    scene.lost |= lost - {""}
    return lost


async def _drop(administrator: Connection, *names: str) -> None:
    for name in names:
        await administrator.execute(await administrator.fetchval(DROP_DATABASE, name))


_STREAMS = "select key, peer, family, said from stream"
_SAID = "select key, peer, family, sequence, type, body from ledger where said"

Numbers = dict[tuple[UUID, int, int], int]
"""The last number that was said on each stream: key, peer, family."""


@asynccontextmanager
async def _inside(scene: Scene, database: str) -> AsyncIterator[Connection]:
    connection = await connect_admin(scene.centre.settings, database)
    try:
        yield connection
    finally:
        await connection.close()


async def _said(scene: Scene, database: str) -> Numbers:
    async with _inside(scene, database) as connection:
        return {(row[0], row[1], row[2]): row[3] for row in await connection.fetch(_STREAMS)}


async def _lost(scene: Scene, database: str, before: Numbers) -> set[str]:
    """Return the keys on which something was said since, and the referrals of cases said to be closed."""
    lost: set[str] = set()
    async with _inside(scene, database) as connection:
        rows = await connection.fetch(_SAID)
    for row in rows:
        if row["sequence"] > before.get((row["key"], row["peer"], row["family"]), 0):
            lost.add(str(row["key"]))
            if row["type"] == CLOSED and row["body"] is not None:
                lost |= set(map(str, CaseClosed.model_validate_json(row["body"]).referrals))
    return lost


async def go_on(scene: Scene) -> None:
    """Do as the runbook says: go on where we spoke, and skip what waits for a referral that is lost.

    An agency whose database never went back goes on only where a stranger spoke under its name.
    """
    for agency in scene.agencies:
        rewound = agency in scene.rewound
        if not rewound and not scene.strange:
            continue
        me = scene.centre.address(agency)
        urls = [service.url for service in scene.services[agency]]
        caller = Caller(urls, Met(), RenewedToken(scene.centre.issuer, me, Role.OPERATOR))
        try:
            status, page = await caller.get("/v1/streams?state=stopped&limit=200")
            assert status == 200, page
            for stream in page["streams"]:
                if stream["reason"] == BEHIND and (rewound or stream["key"] in scene.strange):
                    scene.lost.add(stream["key"])
                    await _act(caller, "retry", stream["id"], stream["sequence"], BEHIND)
            if rewound and (waiting := await _waiting_in_vain(scene, me)):
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
