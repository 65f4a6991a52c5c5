"""Measures a run: latency from commit to commit, and memory."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import psutil

from ieum.centre.centre_file import Centre, database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.postgres import connect_admin
from ieum_contracts.address import Address

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the sender's commit to its commit of the first answer."""

    p50: float
    p95: float
    p99: float
    longest: float
    measured: int


async def latency(centre: Centre, settings: CentreSettings, referrals: Sequence[UUID]) -> Latency | None:
    """Measure it for these referrals by PostgreSQL's commit timestamps; None without any answer."""
    found = await asyncio.gather(
        *(_round_trips(settings, address, referrals) for address in centre.own_addresses())
    )
    times = sorted(time for each in found for time in each)
    if not times:
        return None
    return Latency(
        p50=_percentile(times, 50),
        p95=_percentile(times, 95),
        p99=_percentile(times, 99),
        longest=times[-1],
        measured=len(times),
    )


ROUND_TRIPS = """
select extract(epoch from pg_xact_commit_timestamp(answer.xmin) - pg_xact_commit_timestamp(asked.xmin))
    * 1000 as milliseconds
from ledger asked
join ledger answer using (key, peer, family)
where asked.key = any($1::uuid[]) and asked.said and asked.type = 'referral.requested.v1'
    and not answer.said and answer.sequence = 1
    and asked.body is not null and answer.body is not null
"""
"""Rows with an erased body are left out: they were written again, so their first commit is not known."""


async def _round_trips(settings: CentreSettings, address: Address, referrals: Sequence[UUID]) -> list[float]:
    connection = await connect_admin(settings, database_name(address))
    try:
        rows = await connection.fetch(ROUND_TRIPS, list(referrals))
    finally:
        await connection.close()
    return [float(row["milliseconds"]) for row in rows if row["milliseconds"] is not None]


def memory_of(processes: Mapping[str, psutil.Process]) -> dict[str, int]:
    """Measure each process in megabytes: resident memory; pages shared in a process family count once."""
    return {name: round(_size(_family(process)) / MEGABYTE) for name, process in processes.items()}


def memory_together(processes: Iterable[psutil.Process]) -> int:
    """Measure processes and their children together, in megabytes; shared pages count once."""
    members = {member.pid: member for process in processes for member in _family(process)}
    return round(sum(map(_share, members.values())) / MEGABYTE)


def _size(family: Sequence[psutil.Process]) -> int:
    return _resident(family[0]) if len(family) == 1 else sum(map(_share, family))


def _share(process: psutil.Process) -> int:
    """Return a process's proportional memory (PSS) if the system has it, else its resident memory."""
    with suppress(psutil.Error, AttributeError):
        return int(process.memory_full_info().pss)
    return _resident(process)


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """Return the smallest value that this percentage of values does not exceed."""
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 1)
