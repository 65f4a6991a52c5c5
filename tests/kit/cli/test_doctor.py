"""What the doctor says of a package that cannot be served: which, and why, whatever it raises."""

import sys
from pathlib import Path

import pytest

from ieum_lab.commands.doctor_command import _declared

BROKEN = {
    "syntax": "AGENCY = (",
    "argument": "from ieum.agency import Agency\nAGENCY = Agency(ident='x')",
    "name": "AGENCY = nobody",
    "nothing": "",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / f"broken_{name}.py").write_text(BROKEN[name])
    monkeypatch.syspath_prepend(tmp_path)
    found = _declared("seventh", f"broken_{name}")
    sys.modules.pop(f"broken_{name}", None)
    assert not found.good
    assert f"broken_{name}" in found.says


def test_a_copied_package_that_kept_its_id_is_a_finding() -> None:
    found = _declared("seventh-agency", "services.city_welfare_team")
    assert (found.good, "declares city-welfare-team" in found.says) == (False, True)
