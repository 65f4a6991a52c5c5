"""What is said and not heard though nobody misses it yet: the test took it away, and no heads told of it."""

from collections import defaultdict
from uuid import UUID

from ieum.delivery.streams.stream import FAMILY_NUMBERS
from ieum_contracts.address import Address
from ieum_contracts.topics import Family
from ieum_lab.testing.history import Left
from tests.chaos.scene import Scene

_SAID = """
select s.key, s.family, s.said from stream s join peer a on a.id = s.peer
where a.address = $1 and (s.key, s.family) in (select * from unnest($2::uuid[], $3::smallint[]))
"""
_UNHEARD = """
select count(*) from unnest($2::uuid[], $3::smallint[], $4::bigint[]) as i (key, family, said)
left join (
    select s.key, s.family, s.heard from stream s join peer a on a.id = s.peer where a.address = $1
) h using (key, family)
where coalesce(h.heard, 0) < i.said
"""


async def unheard(scene: Scene) -> list[Left]:
    """Compare both sides of every stream of which something was taken away."""
    taken = defaultdict[tuple[Address, Address], set[tuple[UUID, int]]](set)
    known = {str(each): each for each in scene.addresses}
    for each in scene.removed:
        stream = each.stream
        if stream.key not in scene.lost and {stream.source, stream.recipient} <= known.keys():
            place = UUID(stream.key), FAMILY_NUMBERS[Family(stream.family)]
            taken[known[stream.source], known[stream.recipient]].add(place)
    left: list[Left] = []
    for (source, recipient), places in taken.items():
        if number := await _unheard(scene, source, recipient, places):
            left.append(Left(str(recipient), "unheard streams", f"of {source}: {number}"))
    return left


async def _unheard(scene: Scene, source: Address, recipient: Address, places: set[tuple[UUID, int]]) -> int:
    keys, families = [key for key, _ in places], [family for _, family in places]
    async with scene.database(source) as connection:
        said = await connection.fetch(_SAID, str(recipient), keys, families)
    columns = ([row[column] for row in said] for column in ("key", "family", "said"))
    async with scene.database(recipient) as connection:
        number: int = await connection.fetchval(_UNHEARD, str(source), *columns)
    return number
