"""What a test exchanges by name exists; otherwise a renaming would be noticed only when that test runs."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).parent.parent
PATCHING = {"put", "rewrite", "setattr"}
PRODUCT = ("ieum", "services")


def missing(path: PurePath, text: str) -> Iterator[str]:
    """Name each attribute of the product that a source patches and that is not there."""
    tree = ast.parse(text)
    known = dict(_imported(tree))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1):
        function, (owner, name) = call.func, call.args[:2]
        called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if called not in PATCHING or not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            continue
        found = _owner(owner, known)
        if found is not None and not hasattr(found, name.value):
            yield f"{path}:{call.lineno} patches {ast.unparse(owner)}.{name.value}, which does not exist."


def _imported(tree: ast.AST) -> Iterator[tuple[str, object]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PRODUCT):
            module = import_module(str(node.module))
            for alias in node.names:
                is_there = hasattr(module, alias.name)
                found = (
                    getattr(module, alias.name) if is_there else import_module(f"{node.module}.{alias.name}")
                )
                yield alias.asname or alias.name, found


def _owner(node: ast.expr, known: dict[str, object]) -> object:
    """Find what an expression of names and dots stands for; None for anything else."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_owner(node.value, known), node.attr, None)
    return None


@pytest.mark.parametrize("folder", ["bench", "tests"])
def test_what_is_patched_exists(folder: str) -> None:
    sources = [path for path in (ROOT / folder).rglob("*.py") if "clients" not in path.parts]
    assert sources
    found = [fault for path in sources for fault in missing(path.relative_to(ROOT), path.read_text("utf-8"))]
    assert not found, "\n".join(["", *found])


def test_a_patch_of_what_is_gone_is_found() -> None:
    text = "from ieum.delivery import failures\nmonkeypatch.setattr(failures, 'GONE', ())\n"
    assert list(missing(PurePath("x.py"), text))
