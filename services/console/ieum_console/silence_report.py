"""Tells `ieum status` of the agencies that the silence detector found silent."""

from collections.abc import Sequence

from asyncpg import PostgresError
from pydantic import ValidationError

from ieum.centre.centre_file import Centre, CentreError
from ieum.centre.centre_settings import CentreSettings
from ieum.cli.silences import Silence
from ieum.delivery.failures import DATABASE_RETRYABLE
from ieum.storage.database import lend
from ieum_console.access import console_values
from ieum_console.database import open_console_database
from ieum_console.projection.silences import read_silences
from ieum_console.settings import ConsoleSettings
from ieum_console.silence.detector import Verdict


async def silent_agencies(centre: Centre, settings: CentreSettings) -> Sequence[Silence]:
    """List whom the detector found silent; raises CentreError when the console's database does not tell."""
    try:
        console = ConsoleSettings.model_validate(console_values(centre, settings))
        database = await open_console_database(console, connections_max=1)
        try:
            async with lend(database) as connection:
                found = await read_silences(connection)
        finally:
            await database.close()
    except (*DATABASE_RETRYABLE, PostgresError, ValidationError) as error:
        raise CentreError(
            f"The console's database does not tell who is silent ({type(error).__name__}). "
            "Start the console once: `ieum console run`."
        ) from error
    return [
        Silence(each.recipient, each.sender, each.usual_seconds, each.beyond, each.since, each.found_at)
        for each in found
        if each.verdict == Verdict.SILENT and each.usual_seconds is not None and each.since is not None
    ]
