"""The console's own database: brought to the newest schema, and opened as a pool."""

from collections.abc import Callable
from importlib.resources import files

from ieum.storage.database import Database, open_database, unnoted
from ieum.storage.migrate import migrate
from ieum_console.settings import ConsoleSettings


async def migrate_console(settings: ConsoleSettings) -> list[str]:
    """Apply the migrations that the console's database lacks; returns their names."""
    folder = files("ieum_console").joinpath("schema")
    dsn, password = settings.database_dsn.get_secret_value(), settings.database_secret()
    return await migrate(dsn, password=password, folder=folder)


async def open_console_database(
    settings: ConsoleSettings, connections_max: int = 8, waited: Callable[[float], None] = unnoted
) -> Database:
    """Return a pool on the console's database; connections are opened when they are needed."""
    return await open_database(
        settings.database_dsn.get_secret_value(), settings.database_login(), connections_max, waited
    )
