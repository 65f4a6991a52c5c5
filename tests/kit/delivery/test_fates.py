"""Each bad record gets exactly the disposition of the table, and its stream goes on accordingly."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from hashlib import sha256

import pytest
import pytest_asyncio

from ieum.delivery.receiving.dispositions import FATES, Disposition
from ieum.delivery.records.received import NOT_KEPT
from ieum_lab.embedded.stack import Stack
from tests.kit.delivery import wire
from tests.kit.delivery.agencies import Bare, new_keys, quiet, until
from tests.kit.delivery.conftest import Pair
from tests.kit.delivery.disposition_cases import CASES, IDENTIFIER, MARK, PLACEHOLDER, Case, Ground

pytestmark = pytest.mark.stack
NAME = b"\xff\xfeLACEHOLDE"
UNTOLD = ("sequence.gap", "stream.waiting")
"""Reasons for which a sender is not told at once: its next event may be on the way."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def talking(pair: Pair) -> AsyncIterator[Pair]:
    """Give two agencies that know each other; neither may end by itself, whatever it hears."""
    await pair.alpha.say(pair.beta.address, new_keys(1))
    await quiet(pair.alpha, pair.beta)
    yield pair
    pair.alpha.check()
    pair.beta.check()


def test_every_row_of_the_table_has_a_case() -> None:
    assert {case.reason for case in CASES} == set(FATES)


SAID = """
insert into stream (key, peer, family, said)
values ($1, (select id from peer where address = $2), 1, 9)
"""


Sent = dict[str, tuple[Ground, list[wire.Raw]]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sent(stack: Stack, talking: Pair) -> Sent:
    """Send the records of all cases at once, each on a stream of its own."""
    made: Sent = {}
    for case in CASES:
        ground = Ground(talking.alpha.address, talking.beta.address, new_keys(1)[0])
        await talking.alpha.change(SAID, ground.key, str(ground.me))
        made[case.name] = ground, case.records(ground)
    for codec in {case.compression for case in CASES}:
        cases = [case for case in CASES if case.compression == codec and case.reason != "record.unreadable"]
        wire.produce(stack, [record for case in cases for record in made[case.name][1]], codec)
    for case in (case for case in CASES if case.reason == "record.unreadable"):
        await wire.produce_with_name(stack, made[case.name][1], PLACEHOLDER.encode(), NAME)
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.reason}-{case.name}")
async def test_a_bad_record_meets_its_fate(stack: Stack, talking: Pair, sent: Sent, case: Case) -> None:
    ground, records = sent[case.name]
    await CHECKS[case.fate](stack, talking, ground, case, records)


Check = Callable[[Stack, Pair, Ground, Case, list[wire.Raw]], Awaitable[None]]


async def _quarantined(stack: Stack, pair: Pair, ground: Ground, case: Case, records: list[wire.Raw]) -> None:
    bad, beta = records[-1], pair.beta
    digest = sha256(b"" if case.reason == "record.unreadable" else bad.value or b"").digest()
    if case.reason == "sequence.conflict":
        kept = "select count(*) from quarantine where reason = $1 and digest = $2"
        await until(lambda: _is(beta, kept, case.reason, digest, 1))
        assert await beta.value("select stopped from stream where key = $1", ground.key) == case.reason
        return
    kept = (
        "select count(*) from quarantine where reason = $1 and topic = $2 and partition = $3 and digest = $4"
    )
    await until(lambda: _is(beta, kept, case.reason, bad.topic, bad.partition, digest, 1))
    assert not await beta.rows("select from stream where key = $1", ground.key)
    await _goes_on(stack, beta, ground, 1)


async def _refused(stack: Stack, pair: Pair, ground: Ground, case: Case, records: list[wire.Raw]) -> None:
    heard = "select reason from ledger where key = $1 and not said and sequence = 1 and fate = 'refused'"
    await until(lambda: _is(pair.beta, heard, ground.key, case.reason))
    await until(lambda: _is(pair.alpha, TOLD, ground.key, "refused", case.reason))
    kept = await pair.beta.value("select body from ledger where key = $1", ground.key)
    assert kept == (None if case.reason in NOT_KEPT else records[0].value or b"")
    assert await pair.beta.value(EFFECTS, ground.key) == 0
    await _goes_on(stack, pair.beta, ground, 2)


TOLD = "select reason from told where key = $1 and kind = $2"
EFFECTS = "select count(*) from effect where key = $1"


async def _parked(stack: Stack, pair: Pair, ground: Ground, case: Case, records: list[wire.Raw]) -> None:
    waits = "select reason from parked where key = $1 and sequence = $2"
    number = int(dict(records[-1].headers)["ce_sequence"] or 0)
    await until(lambda: _is(pair.beta, waits, ground.key, number, case.reason))
    if case.reason not in UNTOLD:
        await until(lambda: _is(pair.alpha, TOLD, ground.key, "parked", case.reason))
    wire.produce(stack, [ground.good(number + 1)])
    behind = "sequence.gap" if case.reason == "sequence.gap" else "stream.waiting"
    await until(lambda: _is(pair.beta, waits, ground.key, number + 1, behind))
    assert await pair.beta.value(EFFECTS, ground.key) == 0
    assert await pair.beta.value("select heard from stream where key = $1", ground.key) == 0


async def _dropped(stack: Stack, pair: Pair, ground: Ground, case: Case, records: list[wire.Raw]) -> None:
    assert records[0] == records[-1], case.name
    await _goes_on(stack, pair.beta, ground, 2)
    assert await pair.beta.value(EFFECTS, ground.key) == 2


CHECKS: dict[Disposition, Check] = {
    Disposition.QUARANTINED: _quarantined,
    Disposition.REFUSED: _refused,
    Disposition.PARKED: _parked,
    Disposition.DROPPED: _dropped,
}


async def _goes_on(stack: Stack, beta: Bare, ground: Ground, number: int) -> None:
    """Check that the next good event of the stream is applied."""
    wire.produce(stack, [ground.good(number)])
    applied = "select count(*) from effect where key = $1 and sequence = $2"
    await until(lambda: _is(beta, applied, ground.key, number, 1))


async def _is(agency: Bare, query: str, *arguments_and_value: object) -> bool:
    *arguments, value = arguments_and_value
    return await agency.value(query, *arguments) == value


async def test_a_conflict_is_seen_when_the_number_between_comes_in_its_batch(
    stack: Stack, talking: Pair
) -> None:
    ground = Ground(talking.alpha.address, talking.beta.address, new_keys(1)[0])
    wire.produce(stack, [ground.good(1)])
    await until(lambda: _is(talking.beta, EFFECTS, ground.key, 1))
    wire.produce(stack, [ground.good(2), ground.good(1)])
    stopped = "select stopped from stream where key = $1"
    await until(lambda: _is(talking.beta, stopped, ground.key, "sequence.conflict"))


async def test_what_no_model_knows_is_ignored(stack: Stack, talking: Pair) -> None:
    ground = Ground(talking.alpha.address, talking.beta.address, new_keys(1)[0])
    good = ground.saying(zzz={"a": [1, None, {"b": MARK}]}).plus(("x-unknown", b"\xff"), ("x-unknown", None))
    wire.produce(stack, [good])
    await until(lambda: _is(talking.beta, EFFECTS, ground.key, 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-type", b"application/json; charset=utf-8"),
        ("content-type", b'Application/JSON;charset="UTF-8"'),
        ("ce_time", b"2020-01-01T00:00:00Z"),
        ("priority", None),
        ("sealed", None),
        ("priority", "urgent"),
    ],
)
async def test_what_reads_the_same_is_applied(stack: Stack, talking: Pair, name: str, value: object) -> None:
    ground = Ground(talking.alpha.address, talking.beta.address, new_keys(1)[0])
    raw = ground.good().having(name, value) if isinstance(value, bytes) else ground.saying(**{name: value})
    wire.produce(stack, [raw])
    await until(lambda: _is(talking.beta, EFFECTS, ground.key, 1))


TABLES = "select table_name from information_schema.tables where table_schema = 'public'"
LOOK = "select format('select to_jsonb(t) - ''body'' as rest, t::text as whole from %I t', $1::text)"
MAY_HOLD_BODIES = {"ledger", "parked"}


HELD = "select count(*) from {table} t where position($1 in t::text) > 0"


async def _holds(agency: Bare, table: str, text: str) -> bool:
    return bool(await agency.value(HELD.format(table=table), text.encode().hex()))


async def test_a_body_is_kept_only_where_it_may_be_and_an_identifier_nowhere(
    talking: Pair, sent: Sent
) -> None:
    """Looks through everything that both agencies kept of the cases above."""
    assert sent
    for table in sorted(MAY_HOLD_BODIES):
        await until(partial(_holds, talking.beta, table, MARK))
    for agency in (talking.alpha, talking.beta):
        for table in [str(row["table_name"]) for row in await agency.rows(TABLES)]:
            rows = await agency.rows(str(await agency.value(LOOK, table)))
            rest, whole = (" ".join(str(row[part]) for row in rows) for part in ("rest", "whole"))
            for text in (MARK, IDENTIFIER[1:]):
                assert text not in rest
                assert text.encode().hex() not in rest
            assert IDENTIFIER[1:].encode().hex() not in whole, table
            assert table in MAY_HOLD_BODIES or MARK.encode().hex() not in whole, table
