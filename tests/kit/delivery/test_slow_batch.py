"""A batch whose transaction takes longer than a statement may is tried in smaller parts, until it fits."""

import pytest
from asyncpg import Connection
from structlog.testing import capture_logs

from ieum.delivery.streams.batch_write import Rows
from ieum_lab.testing.plugin import MakeCentre
from tests.kit.delivery.agencies import check_histories, close, new_keys, open_bare, quiet
from tests.kit.delivery.bare_agency import Noted, Notes

pytestmark = pytest.mark.stack

EVENTS, SECONDS_EACH = 300, 0.02


async def test_a_batch_that_always_takes_too_long_is_taken_in_by_parts(
    make_centre: MakeCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = Notes.flush

    async def slow(self: Notes, connection: Connection, known: Noted, rows: Rows, now: object) -> None:
        await connection.execute("select pg_sleep($1)", SECONDS_EACH * len(known.events))
        await flush(self, connection, known, rows, now)  # type: ignore[arg-type]

    monkeypatch.setattr(Notes, "flush", slow)
    centre = await make_centre("alpha", "beta")
    alpha, beta = [await open_bare(centre, agency, statement_seconds=1.0) for agency in ("alpha", "beta")]
    await alpha.start()
    await alpha.say(beta.address, new_keys(EVENTS))
    with capture_logs() as logs:
        await beta.start()
        await quiet(alpha, beta)

    assert ("batch.postponed", "TimeoutError") in [(each["event"], each.get("error")) for each in logs]
    assert await check_histories(alpha, beta) == 2 * EVENTS
    await close(alpha, beta)
