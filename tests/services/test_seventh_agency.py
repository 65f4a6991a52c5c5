"""The recipe for a new agency holds: its files are declared, linted and typed as they stand on the page."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.services.seventh import (
    AGENCY_ID,
    CENTRE_LINE,
    PACKAGE,
    RECIPE,
    ROOT,
    centre_with_seventh_agency,
    write_seventh_agency,
)

DECLARED = """
import json
from ieum.agency import load_agency, published
agency = load_agency("services.youth_center")
bodies = [body.model_dump(mode="json", exclude_none=True) for body in published(agency, 1)]
neighbour = load_agency("services.veterans_center").id
print(json.dumps({"id": agency.id, "programmes": bodies, "neighbour": neighbour}))
"""


def test_the_files_of_the_recipe_declare_an_agency_beside_the_six(tmp_path: Path) -> None:
    write_seventh_agency(tmp_path)
    run = subprocess.run(
        [sys.executable, "-c", DECLARED],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    declared = json.loads(run.stdout)
    assert (declared["id"], declared["neighbour"]) == (AGENCY_ID, "veterans-center")
    first, second = declared["programmes"]
    assert [rule["rule"] for rule in first["rules"]] == ["young"]
    assert "circumstances.birth_date" in first["items"]
    assert second["rules"] == []


def test_the_files_of_the_recipe_pass_the_projects_own_checks(tmp_path: Path) -> None:
    folder = write_seventh_agency(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["agency.py", "eligibility.py", "programmes.py"]
    for path in folder.iterdir():
        place = ROOT / "services" / "youth_center" / path.name
        # The order of imports depends on the folder that the files lie in.
        for command in (["check", "--ignore", "I001"], ["format", "--check"]):
            run = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(place), "-"],
                input=path.read_text(encoding="utf-8"),
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            assert run.returncode == 0, run.stdout


def test_the_line_of_the_recipe_names_the_package() -> None:
    assert CENTRE_LINE in RECIPE.read_text(encoding="utf-8")
    centre = (ROOT / "infra" / "centre.toml").read_text(encoding="utf-8")
    agencies = tomllib.loads(centre_with_seventh_agency(centre))["agencies"]
    assert len(agencies) == 7
    assert agencies[AGENCY_ID] == PACKAGE
