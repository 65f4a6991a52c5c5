"""`ieum watch`: the events between the agencies, live, from the headers of Kafka's records only."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

import typer
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context

from ieum.application.business_calendar import business_calendar
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.passwords import Secrets
from ieum.cli.centres import centre_of, centre_settings
from ieum.cli.exits import CommandError, Exit
from ieum.cli.followed_referrals import FollowedReferrals
from ieum.cli.output import AsJson, tell, write_line
from ieum.delivery.connection_arguments import SASL_MECHANISM
from ieum.delivery.records.corrupt_records import tolerate_corrupt_records
from ieum.observe.words import STATES, words_for
from ieum_contracts import envelope
from ieum_contracts.codes import State
from ieum_contracts.envelope import EnvelopeError
from ieum_contracts.timing import SEOUL
from ieum_contracts.topics import STREAM_FAMILIES, Family, console_login

CONSOLE = "console"
POLL_MS = 500
METADATA_MS = 2_000
KEY_CHARACTERS = 8
Facts = dict[str, str | int | None]
FAMILIES = "|".join(map(re.escape, (*STREAM_FAMILIES, Family.DELIVERY)))


def add_to(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("watch")(watch)


def watch(
    *,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Begin with the oldest records that Kafka still has.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="End after so many events; 0 goes on until Ctrl-C.")] = 0,
    seconds: Annotated[
        float, typer.Option(min=0, help="End after so many seconds; 0 goes on until Ctrl-C.")
    ] = 0.0,
    referral: Annotated[
        UUID | None, typer.Option(metavar="ID", help="Show the events of this referral alone.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show each event as it passes: who says what to whom, and where the referral stands then.

    Nothing of its body. Where a referral stands is known when its first event has been seen: --from-start.
    It logs in as the centre's console, which may read and never write. With --json, a line for each event.
    """
    settings = centre_settings()
    centre = centre_of(settings).centre
    password = Secrets(settings.secrets_folder).read(CONSOLE, "kafka")
    if password is None:
        raise CommandError(
            Exit.REFUSED, "The console has no password yet. Make the centre first: `ieum centre apply`."
        )
    tell(f"Watching the centre {centre}. Ctrl-C ends it.")
    consumer = partial(_consumer, settings, centre, password, from_start=from_start)
    followed = FollowedReferrals(business_calendar(settings.centre_file))
    say = json.dumps if as_json else _in_words
    show = partial(_show, followed=followed, say=say, limit=limit, key=referral)
    with suppress(KeyboardInterrupt):
        asyncio.run(_watch(consumer, show, seconds))


async def _watch(
    open_consumer: Callable[[], AIOKafkaConsumer],
    show: Callable[[AIOKafkaConsumer], Awaitable[None]],
    seconds: float,
) -> None:
    consumer = open_consumer()
    try:
        await consumer.start()
    except KafkaError as error:
        raise CommandError(
            Exit.UNREACHABLE,
            f"Kafka does not let the console in ({type(error).__name__}). "
            "Look whether it runs (`ieum stack status`), and run `ieum centre apply`.",
        ) from error
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds or None):
                await show(consumer)
    finally:
        await consumer.stop()


async def _show(
    consumer: AIOKafkaConsumer,
    *,
    followed: FollowedReferrals,
    say: Callable[[Facts], str],
    limit: int,
    key: UUID | None,
) -> None:
    shown = 0
    while limit == 0 or shown < limit:
        batches = await consumer.getmany(timeout_ms=POLL_MS)
        records = sorted((r for batch in batches.values() for r in batch), key=lambda r: r.timestamp)
        told = [_facts(record, followed) for record in records]
        wanted = [facts for facts in told if key is None or facts.get("key") == str(key)]
        for facts in wanted[: limit - shown if limit else None]:
            write_line(say(facts))
            shown += 1


def _consumer(settings: CentreSettings, centre: str, password: str, *, from_start: bool) -> AIOKafkaConsumer:
    """Make a consumer without a group: it commits no offsets and affects no other consumer."""
    secure = settings.kafka_protocol == "SASL_SSL"
    tolerate_corrupt_records()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        security_protocol=settings.kafka_protocol,
        ssl_context=create_ssl_context(cafile=settings.kafka_ca_file) if secure else None,
        sasl_mechanism=SASL_MECHANISM,
        sasl_plain_username=console_login(centre),
        sasl_plain_password=password,
        auto_offset_reset="earliest" if from_start else "latest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        metadata_max_age_ms=METADATA_MS,
    )
    consumer.subscribe(pattern=rf"^{re.escape(centre)}\.[a-z0-9-]+\.({FAMILIES})$")
    return consumer


def _facts(record: ConsumerRecord[bytes, bytes], followed: FollowedReferrals) -> Facts:
    """Return what the headers say; the value is never read."""
    try:
        event = envelope.read(record.headers)
    except EnvelopeError as error:
        return {"topic": record.topic, "offset": record.offset, "unreadable": error.reason}
    standing = followed.take(event, record.timestamp)
    facts: Facts = {
        "time": event.time.isoformat(timespec="milliseconds"),
        "from": event.source.agency,
        "to": event.recipient.agency,
        "type": event.type,
        "key": event.subject,
        "sequence": event.sequence,
        "id": str(event.id),
    }
    if standing is not None:
        due = None if standing.due_at is None else standing.due_at.isoformat(timespec="minutes")
        facts |= {"state": standing.state, "holder": standing.holder, "due": due}
    return facts


def _in_words(facts: Facts) -> str:
    if "unreadable" in facts:
        return f"{facts['topic']} at {facts['offset']}: headers that cannot be read ({facts['unreadable']})"
    time, key = str(facts["time"]), str(facts["key"])[-KEY_CHARACTERS:]
    said = f"{time[11:23]}  {facts['from']} → {facts['to']}  {words_for(str(facts['type']))}  …{key}"
    if "state" not in facts:
        return said
    holder = f"with {facts['holder']}" if facts["holder"] else "with nobody"
    due = f", due {_in_seoul(str(facts['due']))}" if facts["due"] else ""
    return f"{said}  [{' '.join(STATES[State(str(facts['state']))])}, {holder}{due}]"


def _in_seoul(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(SEOUL).strftime("%Y-%m-%d %H:%M")
