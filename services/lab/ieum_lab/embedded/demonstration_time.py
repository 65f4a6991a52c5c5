"""The time that the agencies of a demonstration go by, which never goes back from one run to the next."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ieum.centre.centre_file import Centre, database_name
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.postgres import connect_admin
from ieum.delivery.agency_time import MACHINE_TIME, AgencyTime
from ieum_contracts.address import Address
from ieum_lab.embedded.state import StateFolder

_REACHED = "select max(changed_at) from referral"


async def begin_time(centre: Centre, settings: CentreSettings, speed: float) -> AgencyTime:
    """Begin now, or where an earlier and faster run of the same databases has left it."""
    reached = await asyncio.gather(*(_reached(settings, address) for address in centre.own_addresses()))
    now = datetime.now(UTC)
    shows = max([now, *(each for each in reached if each is not None)])
    if speed == 1 and shows == now:
        return MACHINE_TIME
    return AgencyTime(now, shows, speed)


def settings_of(time: AgencyTime) -> dict[str, str]:
    """Return it as environment variables of a service; none where it is the machine's."""
    if time == MACHINE_TIME:
        return {}
    start, shows = time.start.isoformat(), time.shows.isoformat()
    return {"IEUM_CLOCK_START": start, "IEUM_CLOCK_SHOWS": shows, "IEUM_CLOCK_SPEED": str(time.speed)}


def keep_time(state: StateFolder, time: AgencyTime) -> None:
    """Keep it for services that are started in this folder by other commands."""
    settings = settings_of(time)
    if settings:
        _file(state).write_text(json.dumps(settings), encoding="utf-8")
    else:
        _file(state).unlink(missing_ok=True)


def stop_time(state: StateFolder, time: AgencyTime) -> None:
    """Let it pass like the machine's from now on, ahead of it as it is."""
    if state.folder.exists():
        now = datetime.now(UTC)
        keep_time(state, time if time == MACHINE_TIME else AgencyTime(now, time.at(now)))


def kept_time(state: StateFolder) -> Mapping[str, str]:
    """Return the settings that are kept; none where it is the machine's."""
    path = _file(state)
    settings: dict[str, str] = json.loads(path.read_bytes()) if path.exists() else {}
    return settings


def _file(state: StateFolder) -> Path:
    return state.folder / "clock.json"


async def _reached(settings: CentreSettings, address: Address) -> datetime | None:
    connection = await connect_admin(settings, database_name(address))
    try:
        reached: datetime | None = await connection.fetchval(_REACHED)
    finally:
        await connection.close()
    return reached
