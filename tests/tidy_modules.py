"""Which modules of the product nobody imports, starts or names."""

import ast
import re
from pathlib import Path

from tests.tidy_code import imports

TESTING = "ieum_lab.testing"
"""What is offered to tests of other authors; only tests import it."""
DISTRIBUTIONS = ("kit", "lab", "console")
"""Folders under `services` that are distributions of their own, not agencies."""
_MODULE = re.compile(r"(?:ieum|ieum_contracts|ieum_lab|ieum_console|services)(?:\.\w+)+")


def dead_modules(root: Path) -> list[str]:
    """List the modules under `contracts` and `services` that no product code names and nothing starts."""
    sources = {_name(path, root): path.read_text(encoding="utf-8") for path in _product(root)}
    used = {
        found.replace(":", ".")
        for path in [*root.glob("**/pyproject.toml"), root / "infra" / "centre.toml", root / "Makefile"]
        if path.exists()
        for found in _MODULE.findall(path.read_text(encoding="utf-8").replace(":", "."))
    }
    used |= {found.rpartition(".")[0] for found in used}
    for name, text in sources.items():
        used |= {found for found in _named(text, name) if found != name}
    tests = [path.read_text(encoding="utf-8") for path in (root / "tests").rglob("*.py")]
    used |= {found for text in tests for found in imports(text) if found.startswith(TESTING)}
    return sorted(
        name
        for name, text in sources.items()
        if not name.endswith("__init__") and not _is_alive(name, text, used)
    )


def _product(root: Path) -> list[Path]:
    return [
        path
        for folder in ("contracts", "services")
        for path in (root / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    ]


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(
        parts[1:] if parts[0] == "contracts" else parts[2:] if parts[1] in DISTRIBUTIONS else parts
    )


def _named(text: str, name: str) -> set[str]:
    """Give the modules that a source imports (relative ones resolved) or names whole in a string."""
    tree = ast.parse(text)
    found = imports(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            package = ".".join([*name.split(".")[: -node.level], *([node.module] if node.module else [])])
            found |= {package, *(f"{package}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _MODULE.fullmatch(node.value):
            found.add(node.value)
    return found


def _is_alive(name: str, text: str, used: set[str]) -> bool:
    if name in used or '__name__ == "__main__"' in text or name.endswith("__main__"):
        return True
    package, _, module = name.rpartition(".")
    return name.startswith("services.") and module == "agency" and package in used
