"""The repository keeps its own style: sizes, names, SQL, dead modules, documents; and every rule can fail."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath

import pytest
from typer.testing import CliRunner

from ieum.cli.main import application
from tests import tidy_code, tidy_text
from tests.tidy_modules import dead_modules

ROOT = Path(__file__).parent.parent
RECIPE = Path("docs/new-agency.md")
EXCEPTIONS_MAX = 65
"""Lines that a rule of the linter is switched off for; each has its reason beside it."""
DECLARATION_LINES_MAX = 150
"""An agency and its programmes; its rules are as long as the law, and each file of them is limited as any."""
SKIPPED = re.compile(r"\..*|__pycache__|build|dist")
WORKTREE = ".git"
"""A file of this name says where the repository lies, in a second work tree of it."""
CODE_RULES = (
    tidy_code.too_long,
    tidy_code.long_functions,
    tidy_code.many_by_place,
    tidy_code.undescribed,
    tidy_code.empty_names,
    tidy_code.built_sql,
    tidy_code.ignored_types,
)


def files(*suffixes: str) -> Iterator[Path]:
    """List the repository's own files of these kinds, relative to its root."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name == ".ci" or not SKIPPED.match(name))
        for name in sorted(names):
            path = Path(folder, name).relative_to(ROOT)
            if path.suffix in suffixes and name != WORKTREE:
                yield path


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def ieum_knows(arguments: Sequence[str]) -> bool:
    """Ask the command itself: with --help it only reads its arguments."""
    return CliRunner().invoke(application(arguments), [*arguments, "--help"]).exit_code == 0


def pins(name: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^([\w.-]+)==([\w.]+)", text_of(Path(name)), re.MULTILINE))


def none(faults: Iterable[str]) -> None:
    found = list(faults)
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize("rule", CODE_RULES, ids=lambda rule: rule.__name__)
def test_all_source_keeps_the_rule(rule: Callable[[PurePath, str], Iterator[str]]) -> None:
    none(fault for path in files(".py") for fault in rule(path, text_of(path)))


def test_few_lines_are_excepted_from_the_linter() -> None:
    excepted = [path for path in files(".py") for line in text_of(path).splitlines() if "# no" + "qa" in line]
    assert len(excepted) <= EXCEPTIONS_MAX


def test_no_text_names_what_it_must_not() -> None:
    kinds = (".py", ".md", ".toml", ".yml", ".yaml", ".sh", ".in", ".lock", ".sql", ".html", ".json", "")
    none(fault for path in files(*kinds) for fault in tidy_text.words(path, text_of(path)))


def test_an_agency_is_declared_in_few_lines() -> None:
    for agency in (ROOT / "services").glob("*/agency.py"):
        declaration = [agency, agency.with_name("programmes.py")]
        lines = sum(path.read_text(encoding="utf-8").count("\n") for path in declaration if path.exists())
        assert lines <= DECLARATION_LINES_MAX, agency.parent.name


def test_casework_is_pure() -> None:
    casework = [path for path in files(".py") if "casework" in path.parts and path.parts[0] == "services"]
    assert casework
    none(fault for path in casework for fault in tidy_code.impurities(path, text_of(path)))


def test_the_contracts_need_pydantic_alone() -> None:
    product = ROOT / "contracts" / "ieum_contracts"
    named = {
        name.split(".")[0] for path in product.rglob("*.py") for name in tidy_code.imports(text_of(path))
    }
    assert named - sys.stdlib_module_names <= {"pydantic", "pydantic_core", "ieum_contracts"}


def test_every_module_is_imported_or_an_entry_point() -> None:
    none(f"{name} is imported by nobody; remove it." for name in dead_modules(ROOT))


def test_nothing_but_data_lies_in_infra() -> None:
    assert [path for path in files(".py") if path.parts[0] == "infra"] == []


def test_every_package_is_pinned_by_hash_and_no_registry_is_named() -> None:
    locks = list(files(".lock"))
    assert {path.name for path in locks} == {
        "requirements.lock",
        "requirements-build.lock",
        "requirements-dev.lock",
        "requirements-peers.lock",
        "requirements-clients.lock",
    }
    none(fault for path in locks for fault in tidy_text.unpinned(path, text_of(path)))


def test_what_is_installed_anywhere_is_what_is_tested() -> None:
    tested = pins("requirements-dev.lock")
    for name in ("requirements.lock", "requirements-build.lock"):
        assert pins(name)
        assert pins(name) - tested == set()


def test_documents_link_to_what_exists_and_show_what_works() -> None:
    makefile = text_of(Path("Makefile"))
    documents = list(files(".md"))
    for path in documents:
        none(tidy_text.dead_links(path, text_of(path), ROOT))
        if path == RECIPE:
            continue  # tests/services/test_seventh_agency.py makes an agency of its blocks and runs it
        none(tidy_text.untested_snippets(path, text_of(path), makefile, ieum_knows))


def test_ci_runs_what_people_run() -> None:
    commands = [line for line in text_of(Path(".ci/run")).splitlines() if line.startswith("make ")]
    assert commands == ["make check", "make test"]


CODE_SAMPLES = [
    (tidy_code.too_long, "services/kit/ieum/x.py", "x = 1\n" * 201),
    (tidy_code.too_long, "tests/test_x.py", "x = 1\n" * 301),
    (tidy_code.long_functions, "x.py", "def f() -> None:\n" + "    x = 1\n" * 40),
    (tidy_code.many_by_place, "x.py", "class C:\n    def f(self, a, b, c, d, e, f): ...\n"),
    (tidy_code.undescribed, "x.py", "import re\n"),
    (tidy_code.undescribed, "x.py", '"""no sentence"""\n'),
    (tidy_code.empty_names, "x.py", "class QueueManager: ...\n"),
    (tidy_code.empty_names, "x.py", "def load_helper() -> None: ...\n"),
    (tidy_code.empty_names, "date_utils.py", ""),
    (tidy_code.built_sql, "x.py", 'q = f"select id from {table}"\n'),
    (tidy_code.built_sql, "x.py", 'q = "delete from " + table\n'),
    (tidy_code.built_sql, "x.py", 'q = "update %s set a = 1" % table\n'),
    (tidy_code.built_sql, "x.py", 'q = "insert into {} values (1)".format(table)\n'),
    (tidy_code.built_sql, "x.py", 'q = f"create role {name} login"\n'),
    (tidy_code.built_sql, "x.py", 'await c.execute("{}".format(x))\n'),
    (tidy_code.built_sql, "x.py", 'await c.fetch(" ".join(parts))\n'),
    (tidy_code.ignored_types, "services/x.py", "x = y()  # type" + ": ignore[call]\n"),
    (tidy_code.impurities, "x.py", "import asyncio\n"),
    (tidy_code.impurities, "x.py", "from uuid import uuid4\n"),
    (tidy_code.impurities, "x.py", "t = datetime.now(UTC)\n"),
    (tidy_code.impurities, "x.py", "t = open('x')\n"),
    (tidy_text.words, "x.md", "TO" + "DO later\n"),
    (tidy_text.words, "x.lock", "from files.python" + "hosted.org\n"),
    (tidy_text.words, "x.sh", "cd /ho" + "me/someone/ieum\n"),
    (tidy_text.words, "x.md", "see https" + "://somewhere.net/page\n"),
    (tidy_text.unpinned, "x.lock", "pydantic==2.0\nhttpx==1.0 \\\n    --hash=sha256:00\n"),
    (tidy_text.unpinned, "x.lock", "httpx==1.0 @ https" + "://example.com \\\n    --hash=sha256:00\n"),
]


@pytest.mark.parametrize(("rule", "name", "text"), CODE_SAMPLES)
def test_a_planted_fault_is_found(
    rule: Callable[[PurePath, str], Iterator[str]], name: str, text: str
) -> None:
    assert list(rule(PurePath(name), text))


@pytest.mark.parametrize(
    "text",
    [
        "```sh\nmake nothing\n```\n",
        "```sh\nrm -r x\n```\n",
        "```sh\nieum wrong\n```\n",
        "```python\nimport nothing_of_that_name\n```\n",
        "```json\n{1}\n```\n",
        "```\nno language\n```\n",
    ],
)
def test_a_snippet_that_does_not_work_is_found(text: str) -> None:
    works = tidy_text.untested_snippets(PurePath("x.md"), text, "demo: x", lambda _: False)
    assert list(works)


def test_a_link_to_nowhere_is_found() -> None:
    assert list(tidy_text.dead_links(Path("x.md"), "[a](README-gone.md#x)", ROOT))


def test_a_module_that_nobody_imports_is_found(tmp_path: Path) -> None:
    for name, text in {
        "services/kit/ieum/used.py": "",
        "services/kit/ieum/dead.py": "import ieum.dead\n",
        "services/kit/ieum/main.py": "from ieum import used\n",
        "services/city_team/agency.py": "from services.city_team.rules import x\n",
        "services/city_team/rules.py": "",
        "services/gone_team/agency.py": "",
        "services/kit/pyproject.toml": 'ieum = "ieum.main:main"\n',
        "infra/centre.toml": 'city-team = "services.city_team"\n',
        "tests/test_dead.py": "import ieum.dead\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert dead_modules(tmp_path) == ["ieum.dead", "services.gone_team.agency"]
