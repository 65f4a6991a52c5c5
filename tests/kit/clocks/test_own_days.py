"""The centre's own days in its file: what is right is taken, what is wrong is named."""

from datetime import date
from pathlib import Path

import pytest

from ieum.application.business_calendar import CalendarError, business_calendar
from ieum.centre.centre_file import CentreError, read_centre
from tests.journeys.living import ROOT

HEAD = """
centre = "yangju"
[name]
ko = "시험"
en = "Test"
[agencies]
food-bank = "services.food_bank"
"""
WRONG = [
    ('[calendar.closed]\n2026-02-30 = "없는 날"', "calendar.closed.2026-02-30"),
    ('[calendar.closed]\nsoon = "곧"', "calendar.closed.soon"),
    ("[calendar.closed]\n2026-07-03 = 1", "calendar.closed.2026-07-03"),
    ('[calendar.open]\n2026-07-03 = "근무"', "calendar.open"),
    ('[calendar.closed]\n2026-07-03 = "a"\n[calendar.working]\n2026-07-03 = "b"', "2026-07-03 is both"),
    ("[calendar", "not valid TOML"),
]


def test_own_days_are_read(tmp_path: Path) -> None:
    path = tmp_path / "centre.toml"
    text = '[calendar.closed]\n2026-07-03 = "임시공휴일"\n[calendar.working]\n"2026-07-04" = "근무"\n'
    path.write_text(HEAD + text, encoding="utf-8")
    calendar = business_calendar(path)
    assert (calendar.is_open(date(2026, 7, 3)), calendar.is_open(date(2026, 7, 4))) == (False, True)
    assert read_centre(path).calendar == calendar.own


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_with_them_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "centre.toml"
    path.write_text(HEAD + text + "\n", encoding="utf-8")
    with pytest.raises(CalendarError, match=r"centre\.toml") as at_start:
        business_calendar(path)
    assert said in str(at_start.value)
    with pytest.raises(CentreError) as at_apply:
        read_centre(path)
    assert said in str(at_apply.value)


def test_the_projects_own_file_has_a_calendar() -> None:
    assert (
        business_calendar(ROOT / "infra" / "centre.toml").own
        == read_centre(ROOT / "infra/centre.toml").calendar
    )


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(CalendarError, match="IEUM_CENTRE_FILE"):
        business_calendar(Path("no-such-file.toml"))
