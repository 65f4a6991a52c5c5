"""The direction of imports holds, for a seventh agency too; each contract is broken by a planted import."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAB = ("ieum_lab", "ieum_lab/embedded", "ieum_lab/simulator")
CONSOLE = ("ieum_console", "ieum_console/projection")
DELIVERY = ("ieum/delivery", "ieum/delivery/streams", "ieum/delivery/receiving", "ieum/delivery/sending")
API = ("ieum/api", "ieum/api/http", "ieum/api/agency")
ROOMS = (
    *DELIVERY,
    *API,
    "ieum",
    "ieum/casework",
    "ieum/storage",
    "ieum/application",
    "ieum_contracts",
    *LAB,
    *CONSOLE,
)
MODULES = (
    "ieum/agency.py",
    "ieum/service.py",
    "ieum_console/command.py",
    "ieum/settings.py",
    "ieum/errors.py",
    "ieum/garbage_collection.py",
    "services/sixth_team/agency.py",
)

PLANTED = [
    ("kit", "ieum/delivery/early.py", "import ieum.storage"),
    ("kit", "ieum/new_room.py", ""),
    ("agreement", "ieum_contracts/knowing.py", "import ieum.errors"),
    ("core", "ieum/casework/configured.py", "from ieum import settings"),
    ("delivery", "ieum/delivery/curious.py", "import ieum.casework"),
    ("delivery-rooms", "ieum/delivery/streams/curious.py", "import ieum.delivery.receiving"),
    ("delivery-rooms", "ieum/delivery/new_room.py", ""),
    ("api-rooms", "ieum/api/http/curious.py", "import ieum.api.agency"),
    ("kit-and-agencies", "ieum/delivery/partial.py", "import services.sixth_team.agency"),
    ("kit-and-lab", "ieum/delivery/playful.py", "import ieum_lab"),
    ("lab", "ieum_lab/embedded/curious.py", "import ieum_lab.simulator"),
    ("console-apart", "ieum/delivery/watched.py", "import ieum_console"),
    ("console-rights", "ieum_console/reaching.py", "import ieum.service"),
    ("console-rooms", "ieum_console/projection/curious.py", "import ieum_console.command"),
    ("agencies", "services/seventh_team/agency.py", "import services.sixth_team.agency"),
    ("agencies-and-kit", "services/seventh_team/agency.py", "import ieum.delivery"),
    ("drivers", "services/seventh_team/agency.py", "import asyncpg"),
    ("drivers", "ieum/casework/reaching.py", "import httpx"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a small repository that keeps every contract."""
    for room in ROOMS:
        (tmp_path / room).mkdir(parents=True, exist_ok=True)
        (tmp_path / room / "__init__.py").write_text("")
    for module in MODULES:
        (tmp_path / module).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / module).write_text("")
    agency = tmp_path / "services" / "seventh_team" / "agency.py"
    agency.parent.mkdir()
    agency.write_text("import ieum.agency\nimport ieum.casework\nimport ieum_contracts\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return tmp_path


def test_a_tree_that_keeps_the_contracts_passes(tree: Path) -> None:
    assert broken(tree) == set()


@pytest.mark.parametrize(("contract", "module", "line"), PLANTED)
def test_a_planted_import_breaks_its_contract(tree: Path, contract: str, module: str, line: str) -> None:
    path = tree / module
    path.write_text(f"{line}\n")
    assert contract in broken(tree)


def test_every_contract_has_an_import_that_breaks_it() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]} == {
        contract for contract, _, _ in PLANTED
    }


def broken(tree: Path) -> set[str]:
    """Run the import linter over a tree and give the ids of the contracts that it finds broken."""
    settings = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))
    names = {c["name"]: c["id"] for c in settings["tool"]["importlinter"]["contracts"]}
    script = (
        f"import sys; sys.path = [{str(tree)!r}, *(p for p in sys.path if p not in {product_paths()!r})]; "
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"],
        cwd=tree,
        env=os.environ | {"COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return {id_ for name, id_ in names.items() if f"{name} BROKEN" in run.stdout}


def product_paths() -> list[str]:
    return [
        str(ROOT),
        str(ROOT / "contracts"),
        *(str(ROOT / "services" / name) for name in ("kit", "lab", "console")),
    ]
