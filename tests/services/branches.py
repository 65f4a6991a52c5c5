"""A plug-in for pytest that watches which branches of the rules are taken: `-p tests.services.branches`.

A branch is a conditional jump of the compiled code, so that both sides of every `and` and `or` count as well.
From Python 3.12 on the interpreter tells of each jump; the older one is watched opcode by opcode.
"""

import dis
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CASEWORK = ROOT / "services" / "kit" / "ieum" / "casework"
FILES = (
    *sorted(ROOT.glob("services/*_*/*.py")),
    *(
        CASEWORK / name
        for name in (
            "ages.py",
            "conditions.py",
            "figures.py",
            "rules.py",
            "eligibility.py",
            "next_actions.py",
        )
    ),
)
REPORT = "IEUM_BRANCHES_REPORT"
"""The environment variable that names the file for the report."""
_WATCHED = frozenset(map(str, FILES))
_taken: dict[CodeType, set[tuple[int, int]]] = {}
_entered: set[CodeType] = set()


def pytest_configure() -> None:
    """Begin before anything of the rules is imported."""
    if sys.version_info >= (3, 12):
        monitoring, tool = sys.monitoring, sys.monitoring.COVERAGE_ID
        monitoring.use_tool_id(tool, "branches")
        monitoring.register_callback(tool, monitoring.events.PY_START, _started)
        monitoring.register_callback(tool, monitoring.events.BRANCH, _branched)
        monitoring.set_events(tool, monitoring.events.PY_START | monitoring.events.BRANCH)
    else:
        sys.settrace(_call)


def pytest_unconfigure() -> None:
    """Write which branches were never taken, by file and line."""
    if sys.version_info >= (3, 12):
        sys.monitoring.free_tool_id(sys.monitoring.COVERAGE_ID)
    else:
        sys.settrace(None)
    missing = sorted({place for path in FILES for place in _untaken(path)})
    Path(os.environ[REPORT]).write_text(json.dumps({"missing": missing, "jumps": _jump_count()}))


def _started(code: CodeType, _offset: int) -> None:
    if code.co_filename in _WATCHED:
        _entered.add(code)
        _taken.setdefault(code, set())


def _branched(code: CodeType, offset: int, destination: int) -> None:
    if code.co_filename in _WATCHED:
        _taken.setdefault(code, set()).add((offset, destination))


def _call(frame: FrameType, _event: str, _argument: Any) -> Any:
    if frame.f_code.co_filename not in _WATCHED:
        return None
    frame.f_trace_opcodes, frame.f_trace_lines = True, False
    _entered.add(frame.f_code)
    return _watch(frame.f_code)


def _watch(code: CodeType) -> Any:
    steps = _taken.setdefault(code, set())
    last = -1

    def step(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal last
        if event == "opcode":
            if last >= 0:
                steps.add((last, frame.f_lasti))
            last = frame.f_lasti
        return step

    return step


def _untaken(path: Path) -> Iterator[str]:
    module = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    seen = {
        (code.co_qualname, code.co_firstlineno): code for code in _entered if code.co_filename == str(path)
    }
    for code in _codes(module):
        found = seen.get((code.co_qualname, code.co_firstlineno))
        if found is None:
            yield f"{path.relative_to(ROOT)}:{code.co_firstlineno} {code.co_qualname} is never run"
            continue
        for jump in _jumps(found):
            ways = {to for at, to in _taken[found] if at == jump.offset}
            if len(ways) < len(("taken", "passed")):
                line = _line(found, jump.offset)
                yield f"{path.relative_to(ROOT)}:{line} {code.co_qualname} goes one way only"


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _jumps(code: CodeType) -> Iterator[dis.Instruction]:
    """Find the jumps with two ways, but the ends of loops and what an `except` lets through."""
    before = ""
    for each in dis.get_instructions(code):
        if "JUMP" in each.opname and "IF" in each.opname and before != "CHECK_EXC_MATCH":
            yield each
        before = each.opname


def _jump_count() -> int:
    return sum(1 for code in _entered for _ in _jumps(code))


def _line(code: CodeType, offset: int) -> int:
    return next((line or 0 for start, end, line in code.co_lines() if start <= offset < end), 0)
