"""The runbook names every alarm, reason code and metric of the code, and none that is gone."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ieum.delivery.receiving.dispositions import FATES
from ieum.observe.metric_catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent.parent
CODE = (ROOT / "services" / "kit" / "ieum", ROOT / "services" / "console" / "ieum_console")
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
ALARMING = {"warning", "error", "critical"}
SERIES = ("", "_total")
NOT_OF_THE_CODE = {"agency.dump"}
"""Dotted names in the runbook that are files."""


@cache
def modules() -> tuple[ast.Module, ...]:
    return tuple(
        ast.parse(path.read_text(encoding="utf-8")) for code in CODE for path in sorted(code.rglob("*.py"))
    )


def constants(module: ast.Module) -> dict[str, str]:
    """Give the texts that a module has under names of its own, those of a pair or triple too."""
    found = {}
    for node in module.body:
        if not isinstance(node, ast.Assign):
            continue
        names = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple) else [node.targets[0]]
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for name, value in zip(names, values, strict=False):
            if (
                isinstance(name, ast.Name)
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
            ):
                found[name.id] = value.value
    return found


def first_arguments(names: set[str]) -> Iterator[str]:
    """Give the text that stands first in each call of functions or methods of these names."""
    for module in modules():
        known = constants(module)
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called, first = node.func, node.args[0]
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in names:
                text = first.value if isinstance(first, ast.Constant) else known.get(getattr(first, "id", ""))
                if isinstance(text, str):
                    yield text
                else:  # a name of the lifecycle, which stands in FATES, or a counter that is no metric
                    assert name not in ALARMING, ast.unparse(node)


def texts() -> set[str]:
    """Give every text of the code."""
    nodes = (node for module in modules() for node in ast.walk(module))
    return {
        str(node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


LOGGED = set(first_arguments(ALARMING))
REFUSED = set(first_arguments({"RefusedEvent"}))
METRICS = {metric.name for metric in CATALOGUE}


def test_the_code_is_read_as_it_is_written() -> None:
    assert {"relay.set-aside", "restored.behind", "source.held", "rule.failed", "http.failed"} <= LOGGED
    assert {"ask-waits-already", "case-differs"} <= REFUSED
    assert {"ieum_rows_waiting", "ieum_rules_failed", "ieum_http_problems"} <= METRICS


@pytest.mark.parametrize("code", sorted({*LOGGED, *REFUSED, *FATES}))
def test_an_alarm_and_a_reason_code_have_their_place(code: str) -> None:
    assert f"`{code}`" in RUNBOOK


@pytest.mark.parametrize("event", sorted(LOGGED))
def test_an_alarm_has_a_section_or_a_row(event: str) -> None:
    headings = re.findall(r"^##? .*", RUNBOOK, re.MULTILINE)
    assert any(f"`{event}`" in heading for heading in headings)


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_a_metric_is_named(metric: str) -> None:
    assert any(f"`{metric}{suffix}`" in RUNBOOK for suffix in SERIES)


def test_no_metric_is_named_that_is_gone() -> None:
    named = set(re.findall(r"`(ieum_[a-z_]+)`", RUNBOOK))
    assert named - {f"{metric}{suffix}" for metric in METRICS for suffix in SERIES} == set()


def test_no_alarm_and_no_reason_code_is_named_that_is_gone() -> None:
    named = set(re.findall(r"`([a-z]+(?:\.[a-z-]+)+)`", RUNBOOK))
    assert "relay.set-aside" in named
    told = "\n".join(texts())
    assert [name for name in sorted(named - NOT_OF_THE_CODE) if name not in told] == []
