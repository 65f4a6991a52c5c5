"""The composition root: everything that runs one agency, put together once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import structlog
import uvloop
from prometheus_client import CollectorRegistry

from ieum.access.access_settings import access_of
from ieum.agency import Agency, load_agency, published
from ieum.api.api_context import ApiContext
from ieum.api.app import create_app
from ieum.api.http.host_check import LOCAL_HOSTS
from ieum.api.http.server import server
from ieum.application.business_calendar import business_calendar, version_of
from ieum.application.clock_runner import ClockRunner
from ieum.application.clock_upkeep import ClockUpkeep
from ieum.application.event_handler import EventHandler
from ieum.application.group_commit import WORKERS, CommandBatcher
from ieum.application.programme_cache import ProgrammeCache
from ieum.application.room_keeper import RoomKeeper
from ieum.application.room_source import RoomSource
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import AgencyView
from ieum.delivery.agency_time import agency_time
from ieum.delivery.catalogue.publisher import Offers
from ieum.delivery.delivery_context import DeliveryContext
from ieum.delivery.delivery_service import Delivery
from ieum.delivery.limits import USUAL, Limits
from ieum.delivery.restore_check import RestoreCheck
from ieum.delivery.streams.peers import Peers
from ieum.garbage_collection import collect_less
from ieum.observe.logging import set_up_logging
from ieum.observe.metrics import CaseworkMeasures, DeliveryMeasures
from ieum.observe.process_measures import ProcessMeasures
from ieum.observe.tracing import open_tracer
from ieum.settings import Settings
from ieum.storage.access_retention import AccessRetention
from ieum.storage.connection_pools import open_pools
from ieum.storage.database import Database
from ieum.storage.idempotency_rows import AnswerRetention
from ieum.storage.inquiry_retention import InquiryRetention

_log = structlog.get_logger(__name__)


def run(settings: Settings) -> None:
    """Serve one agency until SIGTERM or SIGINT; returns when everything is closed."""
    set_up_logging(settings.log_format, settings.log_level, centre=settings.centre, agency=settings.agency)
    uvloop.run(serve(settings))


async def serve(settings: Settings) -> None:
    """Serve one agency: HTTP until a signal arrives, events as long as HTTP is served.

    Raises DeclarationError when the agency's package declares none, CalendarError for a wrong calendar.
    """
    service = await compose(settings)
    context = service.api_context
    ready = context.delivery.restore_check.settled
    http = server(
        *(create_app(context), settings.http_host, settings.http_port, ready, context.ending.set),
        limits=context.limits,
    )
    collect_less()
    try:
        async with _beside(*service.work()):
            await http.serve()
    finally:
        await service.close()
    _log.info("service.stopped")


class Runs(Protocol):
    """Something that runs until it is cancelled."""

    async def run(self) -> None:
        """Work."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """One agency put together: what its API works with, and what runs beside the API."""

    api_context: ApiContext
    delivery: Delivery[LoadedCases]
    programme_cache: ProgrammeCache
    upkeep: Sequence[Runs]
    databases: Sequence[Database]

    def work(self) -> Sequence[Coroutine[None, None, None]]:
        """Return what has to run until the API ends."""
        return self.delivery.run(), self.programme_cache.run(), *(each.run() for each in self.upkeep)

    async def close(self) -> None:
        """Send the spans that are left, and close the database connections."""
        await self.api_context.delivery.tracer.close()
        await asyncio.gather(*(each.close() for each in self.databases))


async def compose(settings: Settings, limits: Limits = USUAL) -> Service:
    """Put one agency together; raises DeclarationError when its package declares none."""
    agency = load_agency(settings.agency_package)
    registry = CollectorRegistry()
    process = ProcessMeasures(registry)
    check = RestoreCheck()
    pools = await open_pools(settings, WORKERS, process, check.note_server)
    database, orders, requests = pools
    context = _delivery_context(settings, database, registry, limits, check)
    programme_cache = ProgrammeCache(context)
    measures = CaseworkMeasures(registry)
    measures.rules(
        (programme, each.id) for programme, rules in agency.rule_sets.items() for each in rules.rules
    )
    handler = EventHandler(_view(settings, agency, context, programme_cache), context.peers, measures)
    rooms = RoomSource(agency.room_policies, context.clock)
    offers, cleaning = Offers(published(agency, version=1), rooms), _cleaning(database, context.peers)
    delivery = Delivery(settings, context, handler, offers, programme_cache, cleaning=cleaning)
    keeper = RoomKeeper(replace(context, database=requests), handler, delivery, rooms)
    api_context = ApiContext(
        delivery=replace(context, database=requests),
        handler=handler,
        batcher=CommandBatcher(replace(context, database=orders), handler, delivery.outbox),
        wake=delivery.wake,
        health=delivery,
        registry=registry,
        catalogued=programme_cache.catalogued,
        news=delivery.news,
        room_policies=agency.room_policies,
        room_changed=keeper.wake,
        hosts=LOCAL_HOSTS | settings.served_hosts,
        access=access_of(settings),
    )
    upkeep = (
        process,
        keeper,
        ClockRunner(context, handler, delivery.outbox, delivery.wake, measures),
        ClockUpkeep(context, handler, delivery.leading, measures),
    )
    return Service(api_context, delivery, programme_cache, upkeep, pools.to_close())


def _cleaning(database: Database, peers: Peers) -> Sequence[Callable[[], Awaitable[None]]]:
    jobs = AnswerRetention(database), InquiryRetention(database, peers), AccessRetention(database)
    return [each.turn for each in jobs]


def _view(settings: Settings, agency: Agency, context: DeliveryContext, cache: ProgrammeCache) -> AgencyView:
    calendar = business_calendar(settings.centre_file)
    return AgencyView(
        context.me,
        agency.rule_sets,
        cache.programmes,
        cache.capacities,
        {each.id: each.clocks for each in agency.programmes},
        calendar,
        version_of(calendar, context.now().year),
    )


def _delivery_context(
    settings: Settings, database: Database, registry: CollectorRegistry, limits: Limits, check: RestoreCheck
) -> DeliveryContext:
    return DeliveryContext(
        settings.address,
        database,
        Peers(),
        lambda: datetime.now(UTC),
        DeliveryMeasures(registry),
        check,
        troubles_max=settings.source_troubles_max,
        limits=limits,
        agency_time=agency_time(settings),
        tracer=open_tracer(settings),
    )


@asynccontextmanager
async def _beside(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run work in the background of the block, and stop with it; a bug in either ends both."""
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(each) for each in work]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
