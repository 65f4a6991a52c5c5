"""The rooms keep their order: short files, one name a file, no circle, entry files that say what is true."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

from tests.tidy_code import imports

ROOT = Path(__file__).parent.parent
PRODUCT = (
    ROOT / "contracts",
    ROOT / "services" / "kit",
    ROOT / "services" / "lab",
    ROOT / "services" / "console",
)
KIT = ROOT / "services" / "kit" / "ieum"
MEDIAN_LINES_MAX = 90
"""What is so now, lest it grow; the aim is 70."""
ENTRY_LINES_MAX = 10
_ANY = re.compile(r"[Ee]very (?:room|package|layer)|other folders|everything below|stands? below")
_EXCEPT = re.compile(r"except (\w+)")


@cache
def sources() -> Mapping[str, str]:
    """Return the text of every module of the contracts, the kit and the lab; a package by its own name."""
    found = {}
    for root in PRODUCT:
        for path in sorted(root.glob("ieum*/**/*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return found


def packages() -> Iterator[str]:
    for root in PRODUCT:
        for path in sorted(root.glob("ieum*/**/__init__.py")):
            yield ".".join(path.parent.relative_to(root).parts)


def graph(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Return which module imports which; `from package import module` counts as the module."""
    edges = {}
    for name, text in texts.items():
        found = {each for each in imports(text) if each in texts}
        wholes = {each.rpartition(".")[0] for each in found}
        edges[name] = {each for each in found if each not in wholes or _has_code(texts[each])} - {name}
    return edges


def _has_code(text: str) -> bool:
    return len(ast.parse(text).body) > 1


def circle(texts: Mapping[str, str]) -> list[str]:
    try:
        TopologicalSorter(graph(texts)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_through_others() -> None:
    assert circle(sources()) == []


def test_a_circle_is_found() -> None:
    texts = {"a.b": "from a import c\n", "a.c": "import a.d\n", "a.d": "from a.b import x\n", "a": '"""A."""'}
    assert set(circle(texts)) == {"a.b", "a.c", "a.d"}


def test_no_file_name_stands_twice_in_the_kit() -> None:
    names = Counter(path.name for path in KIT.rglob("*.py") if path.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_files_are_short() -> None:
    assert (
        median(path.read_text(encoding="utf-8").count("\n") for path in KIT.rglob("*.py")) <= MEDIAN_LINES_MAX
    )


def unsaid(package: str, texts: Mapping[str, str]) -> set[str]:
    """Return the rooms beside this one that its modules import, and its entry file does not name."""
    beside, _, own = package.rpartition(".")
    used = {
        each.removeprefix(f"{beside}.").split(".")[0]
        for name, text in texts.items()
        if name == package or name.startswith(f"{package}.")
        for each in imports(text)
        if each.startswith(f"{beside}.")
    }
    rooms = {each for each in used if any(name.startswith(f"{beside}.{each}.") for name in texts)} - {own}
    text = ast.get_docstring(ast.parse(texts[package])) or ""
    if _ANY.search(text):
        return rooms & set(_EXCEPT.findall(text))
    return rooms - set(re.findall(r"\w+", text))


@pytest.mark.parametrize("package", list(packages()))
def test_an_entry_file_says_what_its_room_is_for_and_may_import(package: str) -> None:
    text = ast.get_docstring(ast.parse(sources()[package])) or ""
    assert "import" in text, "say what it may import"
    assert text.count("\n") < ENTRY_LINES_MAX
    assert "." not in package or unsaid(package, sources()) == set()


def test_an_import_that_an_entry_file_does_not_name_is_found() -> None:
    texts = {
        "a.b": '"""May import: c."""',
        "a.b.x": "import a.c.y\nfrom a.d import z\n",
        "a.c.y": "",
        "a.d.z": "",
    }
    assert unsaid("a.b", texts) == {"d"}
    assert unsaid("a.b", texts | {"a.b": '"""May import every room except c."""'}) == {"c"}
