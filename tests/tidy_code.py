"""Rules on Python source: each takes a file's path and text and gives back what is wrong, a sentence each."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePath

FILE_LINES_MAX = 200
TEST_FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
BY_PLACE_MAX = 5

_BANNED_WORDS = frozenset({"manager", "helper", "helpers", "util", "utils", "base", "impl"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SQL = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert\s+into\b|\bupdate\s+\S+\s+(as\s+\w+\s+)?set\b|\bdelete\s+from\b"
    r"|\b(create|alter|drop)\s+(table|role|database|schema|user|index|type|function|trigger)\b"
    r"|\b(grant|revoke)\s.+\son\s|\btruncate\s+\S|\bselect\s+\w+\(",
    re.IGNORECASE | re.DOTALL,
)
PURE_LIBRARIES = frozenset(
    re.findall(
        r"\w+",
        """calendar collections dataclasses datetime decimal enum fractions functools inspect itertools
        math operator re string types typing unicodedata uuid zoneinfo pydantic pydantic_core
        ieum ieum_contracts""",
    )
)
"""What casework may import; which rooms of `ieum`, the import contracts say."""
_CHANCE = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    | {"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"}
)
_QUERIES = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany", "prepare"})


@cache
def parsed(text: str) -> ast.Module:
    """Parse a source; once, for every rule reads every file."""
    return ast.parse(text)


def too_long(path: PurePath, text: str) -> Iterator[str]:
    """Say which file has more lines than its kind may have."""
    limit = TEST_FILE_LINES_MAX if path.parts[0] == "tests" else FILE_LINES_MAX
    lines = text.count("\n")
    if lines > limit:
        yield f"{path} has {lines} lines; {limit} are the limit. Split it by subject."


def long_functions(path: PurePath, text: str) -> Iterator[str]:
    """Say which function has more lines than one can take in at a glance."""
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield (
                    f"{path}:{node.lineno} {node.name} has {lines} lines; {FUNCTION_LINES_MAX} are the limit."
                )


def many_by_place(path: PurePath, text: str) -> Iterator[str]:
    """Say which function takes more arguments by their place than a reader of its calls can tell apart."""
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            places = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
            if len(places) - (places[:1] in (["self"], ["cls"])) > BY_PLACE_MAX:
                yield f"{path}:{node.lineno} {node.name}: {BY_PLACE_MAX} arguments by place; name the others."


def undescribed(path: PurePath, text: str) -> Iterator[str]:
    """Say which module does not open with a sentence on what it is for."""
    if not (ast.get_docstring(parsed(text)) or "").split("\n")[0].endswith("."):
        yield f"{path} does not open with one sentence that says what it is for."


def empty_names(path: PurePath, text: str) -> Iterator[str]:
    """Say which module, class or function has a name that says nothing of the domain."""
    names = [(1, path.stem)]
    names += [
        (node.lineno, node.name)
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    for line, name in names:
        banned = _BANNED_WORDS.intersection(word.lower() for word in _WORD.findall(name))
        if banned:
            yield f"{path}:{line} {name}: {', '.join(sorted(banned))} says nothing; name the thing."


def built_sql(path: PurePath, text: str) -> Iterator[str]:
    """Say where SQL is put together from strings instead of being one constant with parameters."""
    for node in ast.walk(parsed(text)):
        if not isinstance(node, ast.expr):
            continue
        if _is_built(node) and _SQL.search(_constant_text(node)):
            yield f"{path}:{node.lineno} builds SQL from strings; pass parameters instead."
        if isinstance(node, ast.Call) and _is_query(node) and _is_built(node.args[0]):
            yield f"{path}:{node.lineno} runs a statement built on the spot; make it a constant."


def ignored_types(path: PurePath, text: str) -> Iterator[str]:
    """Say where a type error is silenced outside the tests."""
    if path.parts[0] != "tests":
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"#\s*type:\s*ignore", line):
                yield f"{path}:{number} silences a type error; only tests may."


def imports(text: str) -> set[str]:
    """List every module that a source names in an import, `from a import b` as both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def impurities(path: PurePath, text: str) -> Iterator[str]:
    """Say where a pure module reaches for the outside: a library, the time, chance, a file."""
    for name in sorted(imports(text)):
        if name.split(".")[0] not in PURE_LIBRARIES or name in _CHANCE:
            yield f"{path} imports {name}; a pure function is given what it needs."
    for node in ast.walk(parsed(text)):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if f"{owner}.{name}" in _CHANCE:
                yield f"{path}:{node.lineno} uses {owner}.{name}; a pure function is given what it needs."
            case ast.Call(func=ast.Name(id="open" | "print" | "input" as name)):
                yield f"{path}:{node.lineno} calls {name}; a pure function is given what it needs."


def _is_query(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _QUERIES
        and bool(node.args)
    )


def _is_built(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(value, ast.FormattedValue) for value in values)
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return any(isinstance(part, ast.Constant | ast.JoinedStr) for part in (node.left, node.right))
        case ast.Call(func=ast.Attribute(attr="format" | "join", value=ast.Constant(value=str()))):
            return True
        case _:
            return False


def _constant_text(node: ast.AST) -> str:
    return " ".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
