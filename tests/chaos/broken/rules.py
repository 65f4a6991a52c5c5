"""Broken rules of casework and of the API: each has to be caught by a test of the project, by name.

As a pytest plugin (`-p tests.chaos.broken.rules`) this breaks the rule that IEUM_BROKEN_RULE names before
any test is imported.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from ieum.api.agency import submit
from ieum.application.event_handler import EventHandler
from ieum.casework import hearing, sending
from ieum.casework.loaded_cases import LoadedCases
from ieum.casework.values import Referral
from ieum.delivery.streams import unlocked_streams
from ieum_contracts import lifecycle
from ieum_contracts.codes import Decision, State
from ieum_contracts.lifecycle import ASKS, NotAllowed, Row, SenderCopy, recipient, sender
from ieum_contracts.message import Event
from ieum_contracts.model import Model
from tests.chaos.broken.patching import put, rewrite

SETTING = "IEUM_BROKEN_RULE"


def asks_by_type() -> None:
    """Let a decision settle every ask of the types that it may settle, not the one that it names."""

    def settle(copy: SenderCopy, decision: Decision, answers: tuple[UUID, ...]) -> SenderCopy | NotAllowed:
        heard: SenderCopy | NotAllowed = hear(copy, decision, answers)
        if isinstance(heard, NotAllowed) or not answers:
            return heard
        return replace(heard, open=tuple(o for o in copy.open if decision not in ASKS[o[1]].settled_by))

    hear = put(sender, "hear_decision", settle)
    put(lifecycle, "hear_decision", settle)


def no_owner_check() -> None:
    """Believe whoever says something of a referral to be its other side."""

    def believe(known: LoadedCases, referral: Referral, event: Event, body: Model, now: datetime) -> object:
        mine = replace(event, envelope=replace(event.envelope, source=referral.peer))
        return hear(known, referral, mine, body, now)

    hear = put(hearing, "_hear_move", believe)


def if_match_ignored() -> None:
    """Carry an order out that was made for another version."""
    put(submit, "wanted_versions", lambda _: None)


def reopen_unguarded() -> None:
    """Reopen a referral again and again, whether anybody disputes it or the client has withdrawn."""

    def unguarded(decision: Decision, state: State) -> tuple[Row, ...]:
        rows: tuple[Row, ...] = tuple(rows_for(decision, state))
        return tuple(replace(r, conditions=()) for r in rows) if decision is Decision.REOPENED else rows

    rows_for = put(recipient, "rows_for", unguarded)


def duplicate_guard_off() -> None:
    """Let a client have any number of open referrals to the same programme."""

    def refer(order: Any, view: Any, prior: Any, *rest: Any) -> object:
        return whole(order, view, replace(prior, duplicate=None), *rest)

    whole = put(sending, "refer", refer)


def _version_forgotten(table: str) -> Callable[[], None]:
    """Compare the versions of all rows that were read, but of this table's."""

    def breaks() -> None:
        selects = EventHandler.versions.split("union all ")
        [mine] = (each for each in selects if f" xmin from {table} " in each)
        forgotten = re.sub(r"select \w\.xmin::text", "select ''", mine)
        put(EventHandler, "versions", EventHandler.versions.replace(mine, forgotten))

    return breaks


def stream_forgotten() -> None:
    """Compare the versions of all rows that were read, but of streams."""
    rewrite(unlocked_streams, "_VERSIONS", "select s.xmin::text", "select ''")


@dataclass(frozen=True)
class Rule:
    """One broken rule, and the tests of which at least one has to fail."""

    breaks: Callable[[], None]
    tests: tuple[str, ...]


_WALK = "tests/kit/casework/test_casework_walk.py::test_all_properties_hold_for_what_the_services_run"

_MEANWHILE = (
    "tests/kit/api/test_optimistic_batches.py::test_where_something_moves_meanwhile_nothing_is_written",
)
_TABLE = "tests/kit/casework/test_casework_moves.py::test_a_worker_decides_exactly_where_the_table_allows_it"

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "asks settled by type": Rule(asks_by_type, (_WALK,)),
        "no owner check": Rule(
            no_owner_check,
            ("tests/kit/casework/test_casework_hearing.py::test_what_a_party_may_not_say_is_refused",),
        ),
        "If-Match ignored": Rule(
            if_match_ignored,
            ("tests/kit/api/test_moves.py::test_a_stale_version_is_refused_and_the_present_one_is_told",),
        ),
        "reopen unguarded": Rule(reopen_unguarded, (_WALK, _TABLE)),
        "a referral's version forgotten": Rule(_version_forgotten("referral"), _MEANWHILE),
        "a clock's version forgotten": Rule(_version_forgotten("clock"), _MEANWHILE),
        "a stream's version forgotten": Rule(stream_forgotten, _MEANWHILE),
        "duplicate guard off": Rule(
            duplicate_guard_off,
            (
                "tests/kit/casework/test_casework_sending.py::test_an_open_referral_of_the_same_client_is_named",
            ),
        ),
    }
)


def pytest_configure() -> None:
    """Break the rule that the environment names."""
    if SETTING in os.environ:
        RULES[os.environ[SETTING]].breaks()
