"""The broken variants: what is broken, what is done to it, and which verdict has to follow."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import random
from types import MappingProxyType
from typing import Any

from ieum.application import execution, flush, group_commit
from ieum.application.loading import Requirements
from ieum.delivery.maintenance import ask_again
from ieum.delivery.recovering import heads
from ieum.delivery.sending import producer
from ieum_lab.testing.verdicts import Broken
from tests.chaos.broken import answering, comparing, receiving, sending, unattended
from tests.chaos.broken.patching import put

COMMIT_SECONDS_MAX = 0.1
SENDING_SECONDS_MAX = 0.1


@dataclass(frozen=True)
class Variant:
    """One way to break the product, the faults that bring it to light, and the verdicts that may name it."""

    breaks: Callable[[], None]
    faults: tuple[str, ...]
    verdicts: frozenset[Broken]
    instances: int = 1
    hurried: bool = False
    """Whether clocks run out in seconds and a course gives its places away meanwhile."""
    locking: bool = True
    """Whether every order is left to the transaction that locks, which is what most variants break."""


def nothing() -> None:
    """Leave the product as it is: the control."""


_LOST, _STUCK = frozenset({Broken.LOST}), frozenset({Broken.LOST, Broken.STUCK})
_QUIET_TWICE = ("nothing for a while",) * 2
_GOES_BACK = ("nothing for a while", "failover to an older copy", "nothing for a while")
_KILLS = ("nothing for a while",) + ("kill -9 of an instance",) * 3

VARIANTS: Mapping[str, Variant] = MappingProxyType(
    {
        "nothing is broken": Variant(
            nothing,
            (*_KILLS, "duplicates", "reorders", "poison storm", "PostgreSQL immediate restart"),
            frozenset(),
            locking=False,
        ),
        "SKIP LOCKED relay": Variant(
            sending.skip_locked_relay,
            ("nothing for a while", "nothing for a while"),
            frozenset({Broken.REORDER}),
            instances=2,
        ),
        "id cursor": Variant(sending.id_cursor, ("nothing for a while",), _STUCK),
        "Kafka commit before the transaction": Variant(receiving.commit_before_transaction, _KILLS, _LOST),
        "publish_batch": Variant(sending.publish_batch, ("nothing for a while",), _LOST),
        "no duplicate check": Variant(
            receiving.no_duplicate_check,
            ("nothing for a while", "duplicates"),
            frozenset({Broken.DUPLICATE_EFFECT}),
        ),
        "delete before acknowledgement": Variant(
            sending.delete_before_acknowledgement, (*_KILLS, *_KILLS), _LOST
        ),
        "failed batch acknowledged": Variant(
            receiving.failed_batch_acknowledged,
            ("nothing for a while", *("PostgreSQL immediate restart",) * 2),
            _LOST,
        ),
        "number drawn without the lock": Variant(
            sending.number_without_lock, (*_KILLS, *_KILLS, "nothing for a while"), _STUCK
        ),
        "heard + 1 → ≥": Variant(
            receiving.any_later_number, ("nothing for a while", *("reorders",) * 3), _LOST
        ),
        "nothing is broken, and a database goes back": Variant(
            nothing, _GOES_BACK, frozenset(), instances=2, hurried=True
        ),
        "a restored database is believed": Variant(
            receiving.believe_a_restored_database, _GOES_BACK, _STUCK, instances=2, hurried=True
        ),
        "wrong partition accepted": Variant(
            receiving.wrong_partition_accepted,
            ("nothing for a while", "poison storm"),
            frozenset({Broken.FORGED}),
        ),
        "outbox insert dropped": Variant(sending.outbox_insert_dropped, ("nothing for a while",), _STUCK),
        "acknowledged and rolled back": Variant(answering.rolled_back_and_answered, _QUIET_TWICE, _LOST),
        "Idempotency-Key off": Variant(
            answering.idempotency_key_off,
            ("nothing for a while", "kill -9 of an instance", "nothing for a while", *_KILLS),
            frozenset({Broken.DUPLICATE_EFFECT}),
        ),
        "amendment forgotten": Variant(answering.amendment_forgotten, _QUIET_TWICE, _LOST),
        "never assessed": Variant(answering.never_assessed, ("nothing for a while",), _LOST),
        "case said to be closed and left open": Variant(answering.case_left_open, _QUIET_TWICE, _LOST),
        "feed in any order": Variant(
            answering.feed_in_any_order, ("nothing for a while",), frozenset({Broken.REORDER})
        ),
        "feed numbered before the commit": Variant(
            answering.feed_numbered_before_commit, _QUIET_TWICE, _LOST, instances=2
        ),
        "versions not compared": Variant(
            comparing.versions_not_compared, _QUIET_TWICE, _STUCK, instances=2, locking=False
        ),
        "clash taken for done": Variant(
            comparing.clash_taken_for_done, _QUIET_TWICE, _STUCK, instances=2, locking=False
        ),
        "clash written all the same": Variant(
            comparing.clash_written_all_the_same, _QUIET_TWICE, _STUCK, instances=2, locking=False
        ),
        "nothing is broken, and all hurry": Variant(
            nothing,
            (*_KILLS, "other places", "duplicates", "other places"),
            frozenset(),
            instances=2,
            hurried=True,
            locking=False,
        ),
        "clocks read before their lock": Variant(
            unattended.clocks_read_before_lock,
            _QUIET_TWICE,
            frozenset({Broken.CLOCK_TWICE}),
            instances=2,
            hurried=True,
        ),
        "clocks in memory": Variant(
            unattended.clocks_in_memory, (*_KILLS, *_KILLS), frozenset({Broken.CLOCK_NEVER}), hurried=True
        ),
        "room given without its lock": Variant(
            unattended.room_without_lock,
            (*_QUIET_TWICE, "other places", "other places", *_QUIET_TWICE),
            frozenset({Broken.WAITLIST_TWICE}),
            instances=2,
            hurried=True,
        ),
        "waiting list walked once": Variant(
            unattended.arrivals_only,
            _QUIET_TWICE,
            frozenset({Broken.WAITLIST_NEVER}),
            hurried=True,
        ),
    }
)
"""All of them without asking again, the second line of defence, so that the first is judged alone."""


def break_product(name: str) -> None:
    """Make this process a broken one. Commit and network take their time; what is lost is not asked for."""
    flush_whole = flush.flush
    send = producer.Producer.send

    async def flush_slowly(*arguments: Any, **named: Any) -> Any:
        written = await flush_whole(*arguments, **named)
        await asyncio.sleep(random() * COMMIT_SECONDS_MAX)
        return written

    async def send_slowly(self: producer.Producer, outgoing: Any) -> Any:
        await asyncio.sleep(random() * SENDING_SECONDS_MAX)
        return await send(self, outgoing)

    async def tell_no_heads(self: Any, connection: Any, now: Any) -> None:
        pass

    async def ask_nothing(self: Any, connection: Any, now: Any, missing_for: Any) -> None:
        pass

    async def with_locks(*_: Any) -> None:
        """Leave every order to the transaction, as is done where locks are needed."""

    put(execution, "flush", flush_slowly)
    if VARIANTS[name].locking:
        put(group_commit, "execute_without_lock", with_locks)
        put(Requirements, "locks", property(lambda _: True))
    put(producer.Producer, "send", send_slowly)
    put(heads.HeadsPublisher, "say", tell_no_heads)
    put(ask_again.AskAgain, "run", ask_nothing)
    VARIANTS[name].breaks()
