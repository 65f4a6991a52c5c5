"""What a token says of who signs in: one agency at most, and a proof only where its time is told."""

from datetime import UTC, datetime, timedelta

import pytest

from ieum.web.identity_claims import LONG_AGO, person_of
from ieum_console.pages.console_roles import ConsoleRole, may_act_at, roles_of


@pytest.mark.parametrize(
    ("agency", "acts_at"),
    [
        (None, {"city-job-center", "employment-center"}),
        ("city-job-center", {"city-job-center"}),
        (["city-job-center"], {"city-job-center"}),
        (["city-job-center", "veterans-center"], set()),
        ([7], set()),
        ({"id": "city-job-center"}, set()),
    ],
)
def test_who_has_an_agency_acts_at_no_other(agency: object, acts_at: set[str]) -> None:
    claims = {"sub": "kim", "roles": ["operator"], **({} if agency is None else {"agency": agency})}
    person = person_of(claims, {})
    assert {each for each in ("city-job-center", "employment-center") if may_act_at(person, each)} == acts_at
    assert (ConsoleRole.OPERATOR in roles_of(person)) is (agency is None)


def test_who_signs_in_without_a_time_has_proved_nothing_lately() -> None:
    assert person_of({"sub": "kim"}, {}).authenticated_at == LONG_AGO
    said = datetime(2026, 11, 30, tzinfo=UTC)
    assert person_of({"sub": "kim", "auth_time": int(said.timestamp())}, {}).authenticated_at == said
    assert person_of({"sub": "kim", "auth_time": said.timestamp()}, {}).authenticated_at == said
    for strange in (10**30, -(10**30), 1e300, float("nan"), "soon", None):
        assert person_of({"sub": "kim", "auth_time": strange}, {}).authenticated_at == LONG_AGO


def test_a_token_lasts_no_longer_than_a_day_whatever_is_said() -> None:
    for strange in (10**30, -(10**30), "3600", None):
        person = person_of({"sub": "kim"}, {"expires_in": strange})
        assert person.token_expires_at < datetime.now(UTC) + timedelta(days=2)
