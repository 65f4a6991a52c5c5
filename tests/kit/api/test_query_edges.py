"""Values of the query at the edge of what a calendar or a database takes: refused, and no fault of ours."""

import pytest

from ieum.api.http.responses import write_cursor
from tests.kit.api.agency_api import Api

pytestmark = pytest.mark.stack
FIRST, LAST = "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"
NOBODY = "00000000-0000-7000-8000-000000000001"


@pytest.mark.parametrize("moment", [FIRST, LAST, "0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z"])
@pytest.mark.parametrize(
    ("path", "name"), [("/v1/due", "until"), ("/v1/access-log", "from"), ("/v1/access-log", "to")]
)
async def test_a_time_that_no_event_has_is_refused(api: Api, path: str, name: str, moment: str) -> None:
    answer = await api.http.get(path, params={name: moment})
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["in"], error["field"]) == ("query", name)
    assert "2000 and 2099" in error["rule"]


@pytest.mark.parametrize("moment", [FIRST, LAST])
async def test_a_cursor_with_such_a_time_is_refused(api: Api, moment: str) -> None:
    due = write_cursor(moment, 0, 1, moment, NOBODY, "decision")
    for path, cursor in (("/v1/due", due), ("/v1/to-dos", write_cursor(moment, NOBODY))):
        assert (await api.http.get(path, params={"cursor": cursor})).status_code == 400


@pytest.mark.parametrize("query", ["subject=%00", "about=a%00b", "limit=5&subject=kim%00"])
async def test_what_no_database_takes_is_refused(api: Api, query: str) -> None:
    answer = await api.http.get(f"/v1/access-log?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:ieum:problem:query"


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/v1/programmes/job-counselling/room", "if-match", '"1"' + ", , " * 2_000 + "x"),
        ("/v1/referrals", "prefer", '"' + '\\"' * 15_000),
        ("/v1/referrals", "prefer", ("respond-async; " + '"a\\\\"; ') * 1_500),
    ],
)
async def test_a_header_is_read_once_however_it_is_written(
    api: Api, path: str, name: str, value: str
) -> None:
    """A pattern that tries every way to read it takes minutes, and nothing else is served meanwhile."""
    answer = await api.post(path, {}, **{name.replace("-", "_"): value})
    assert 400 <= answer.status_code < 500
