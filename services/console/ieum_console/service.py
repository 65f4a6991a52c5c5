"""The console as a process: its database migrated, projector and pages running until a signal ends it."""

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from ieum.application.business_calendar import business_calendar
from ieum.centre.centre_file import Centre
from ieum.garbage_collection import collect_less
from ieum.observe.logging import set_up_logging
from ieum.storage.database import Database
from ieum_console.database import migrate_console, open_console_database
from ieum_console.pages.console_measures import ConsoleMeasures
from ieum_console.pages.serving import serve_pages, serve_without_pages
from ieum_console.pages.web_settings import WebSettings
from ieum_console.projection.freshness import Source, behind
from ieum_console.projector.projector import Projector
from ieum_console.projector.rebuild import begin_rebuild
from ieum_console.settings import ConsoleSettings

PROGRESS_SECONDS = 2.0


def serve(
    settings: ConsoleSettings,
    web: WebSettings | None = None,
    centre: Centre | None = None,
    *,
    projecting: bool = True,
) -> None:
    """Serve until SIGTERM or SIGINT: the projector, and the pages where it is known who may sign in."""
    set_up_logging(settings.log_format, settings.log_level, centre=settings.centre, service="console")
    asyncio.run(_serve(settings, web, centre, projecting=projecting))


async def rebuild_projection(settings: ConsoleSettings, tell: Callable[[str], None]) -> None:
    """Empty the projection and fill it again, telling every few seconds how far it has come.

    Beside a console that runs both read; everything is counted once all the same. Raises KafkaAwayError.
    """
    await migrate_console(settings)
    database = await open_console_database(settings)
    projector = Projector(settings, database)
    try:
        records = await begin_rebuild(settings, database, projector.store, datetime.now(UTC))
        tell(f"{records} records are read again from the topics.")
        reading = asyncio.create_task(projector.run())
        try:
            await _progress(database, records, tell)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    finally:
        await database.close()


async def _progress(database: Database, records: int, tell: Callable[[str], None]) -> None:
    """Tell how far a rebuild has come, until nothing is left to read."""
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        async with database.acquire() as connection:
            found = await behind(connection, datetime.now(UTC))
        if found.source is Source.KAFKA_AWAY:
            tell("Kafka does not answer; the rebuild goes on when it does.")
            continue
        share = 100.0 if records == 0 else min(100.0, 100 * found.applied / records)
        tell(f"{found.applied} of {records} records ({share:.0f} %), {found.records_behind} to go.")
        if found.source is Source.LIVE:
            return


async def _serve(
    settings: ConsoleSettings, web: WebSettings | None, centre: Centre | None, *, projecting: bool
) -> None:
    await migrate_console(settings)
    measures = ConsoleMeasures()
    database = await open_console_database(settings, waited=measures.process.waited("projector"))
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    collect_less()
    works: list[asyncio.Task[object]] = [asyncio.create_task(ended.wait())]
    if projecting:
        works.append(asyncio.create_task(Projector(settings, database).run()))
    if web is not None and centre is not None:
        calendar = business_calendar(settings.centre_file)
        works.append(asyncio.create_task(serve_pages(settings, web, centre, calendar, measures)))
    else:
        works.append(asyncio.create_task(serve_without_pages(settings, measures)))
    works.append(asyncio.create_task(measures.process.run()))
    try:
        await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for work in works:
            work.cancel()
        results = await asyncio.gather(*works, return_exceptions=True)
        await database.close()
    for result in results:
        if isinstance(result, Exception):
            raise result
