"""No statement of a service reads a growing table to its end, whatever tables held when it was planned."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import ieum.api
import ieum.application
import ieum.delivery
import ieum.storage
from ieum.api.operators import troubled_streams
from ieum.delivery.sending import feed_numbering, outbox_sender
from ieum.delivery.streams import batch_write
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.plans import ANALYSED_FULL, WORLDS, plans_of

pytestmark = pytest.mark.stack
GROWING = (
    *("ledger", "stream", "outbox", "parked", "feed", "quarantine", "told", "notice"),
    *("referral", "case_file", "idempotency", "expected", "unconfirmed", "unmet_request"),
)
ROOMS = (ieum.api, ieum.application, ieum.delivery, ieum.storage)
"""What a service's own connections run; the commands of a centre read whole databases on purpose."""
STATEMENT = re.compile(r"\s*(select|insert|update|delete|with)\s", re.IGNORECASE)
WRITE = batch_write.statement((batch_write._BEGIN, batch_write._GO_ON, batch_write._ENTER, batch_write._MOVE))
RARE = {
    "outbox_sender_SET_ASIDE": {"outbox"},  # when the broker refuses a topic, once in half a minute
    "parking_WAKE_ALL": {"parked"},  # at a start, and each ten minutes
    "count_waiting_COUNT": {"outbox", "notice"},  # what waits is counted
    "retention_CLEAR": {"ledger"},  # once an hour; by its index as soon as there are statistics
    "retention_FORGET_TOLD": {"told"},
    "retention_PULL_BACK_EXPECTED": {"expected"},  # once a minute, of the same
    "erasure_FORGET": {"quarantine"},  # when a client withdraws; no more is kept than its limit allows
}
"""Statements that may read these tables to the end, seldom or because they are short."""


def statements() -> Iterator[tuple[str, str]]:
    """Find every statement of the rooms, in folders within them too; those made of parts are in `HOT`."""
    yield "rows", WRITE
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, str) and name.isupper() and STATEMENT.match(value) and "{" not in value:
                    yield f"{module.name.rpartition('.')[2]}_{name.removeprefix('_')}", value


def test_the_statements_that_operators_and_callers_run_are_among_them() -> None:
    names = dict(statements())
    assert {
        "troubled_streams_TROUBLED",
        "events_PAGE",
        "reading_HISTORY",
        "looking_back_LOOK_BACK",
    } <= names.keys()


@pytest.mark.parametrize("world", WORLDS)
async def test_plans_stay_good_in_whatever_world_they_were_made(make_centre: MakeCentre, world: str) -> None:
    plans = await plans_of(await make_centre("alpha"), "alpha", world, statements())
    assert len(plans) > len(GROWING)
    scan = re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b")
    found = {name: set(scan.findall(plan)) for name, plan in plans.items() if scan.search(plan)}
    assert {name: tables for name, tables in found.items() if not tables <= RARE.get(name, set())} == {}


WHOLE_INDEX = re.compile(r"Index (Only )?Scan .*\n(?!\s*Index Cond)")


@pytest.mark.parametrize("world", WORLDS)
async def test_a_page_of_streams_begins_where_the_last_one_ended(make_centre: MakeCentre, world: str) -> None:
    listed = [("listed", troubled_streams._TROUBLED)]
    plan = (await plans_of(await make_centre("alpha"), "alpha", world, listed))["listed"]
    assert not WHOLE_INDEX.search(plan), plan


@pytest.mark.parametrize("world", WORLDS)
async def test_a_peers_share_is_read_without_the_rows_of_others(make_centre: MakeCentre, world: str) -> None:
    turn = [("turn", outbox_sender._NEXT)]
    plan = (await plans_of(await make_centre("alpha"), "alpha", world, turn))["turn"]
    assert "using outbox_of_peer on outbox" in plan, plan
    assert "Index Cond: ((ROW(peer, id) >" in plan, plan


async def test_feed_is_numbered_row_by_row_though_statistics_know_of_none_without(
    make_centre: MakeCentre,
) -> None:
    number = [("number", feed_numbering._NUMBER)]
    plan = (await plans_of(await make_centre("alpha"), "alpha", ANALYSED_FULL, number))["number"]
    assert plan.count("feed_unnumbered") == 1, plan
    assert "Tid Scan on feed" in plan, plan
