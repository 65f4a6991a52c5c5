"""Where the commands look for the agencies' APIs."""

import json
from pathlib import Path

import pytest

from ieum.cli.addresses import agency_urls
from ieum.cli.centres import CENTRE_VARIABLES

FOUND = {"city-welfare-team": "http://127.0.0.1:8106"}


@pytest.fixture(autouse=True)
def stack_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*CENTRE_VARIABLES, "IEUM_URLS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IEUM_STATE", str(tmp_path))
    (tmp_path / "services.json").write_text(json.dumps({"city-welfare-team": 8106}), encoding="utf-8")


def test_the_embedded_stack_tells_where_its_services_listen() -> None:
    assert agency_urls() == FOUND


@pytest.mark.parametrize("name", CENTRE_VARIABLES)
def test_of_another_centre_nothing_is_known_from_the_folder(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "elsewhere")
    assert agency_urls() == {}


def test_what_the_environment_names_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IEUM_URLS", "city-welfare-team=http://team.example:8106/")
    assert agency_urls() == {"city-welfare-team": "http://team.example:8106"}
