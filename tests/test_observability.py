"""Alarms, dashboard and scrape ask only for what the code registers, and lead to what can be read."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from ieum.centre.centre_file import CONSOLE, read_centre
from ieum.delivery.maintenance.count_waiting import COUNTED
from ieum.observe.dashboard import SOURCE_UID, dashboard
from ieum.observe.metric_catalogue import CATALOGUE
from ieum_contracts.overdue import Clock
from tests.kit.test_metric_catalogue import registries

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "infra" / "observe"
OF_PROMETHEUS = {"up": {"job"}, "ALERTS": {"alertname", "alertstate"}}
"""Series that Prometheus makes by itself, with their labels."""
ADDED_LABELS = {"job", "instance", "agency"}
"""What the scrape adds to every series."""
VALUES: Mapping[str, set[str]] = {"table": set(COUNTED), "clock": {each.value for each in Clock}}
ENDINGS = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
WATCHED = {
    *("up", "ieum_delivery_seconds_bucket", "ieum_outbox_age_seconds", "ieum_unread_age_seconds"),
    *("ieum_streams_behind", "ieum_rows_waiting", "ieum_clocks_late", "ieum_erasures_open"),
    *("ieum_relay_leads", "ieum_mailboxes_unseen_seconds", "ieum_partitions_away"),
    *("ieum_projection_behind_seconds", "ieum_event_loop_delay_seconds_bucket"),
    "ieum_database_wait_seconds_bucket",
}
"""What somebody has to be told of."""


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@cache
def labels_of() -> Mapping[str, set[str]]:
    """Give the labels of every series that a scrape of a service or of the console shows."""
    families = [family for registry in registries() for family in registry.collect()]
    labels = {metric.name: set(metric.labels) for metric in CATALOGUE}
    return OF_PROMETHEUS | {
        f"{family.name}{ending}": labels[family.name] | ({"le"} if ending == "_bucket" else set())
        for family in families
        for ending in ENDINGS[family.type]
    }


RULES: list[dict[str, Any]] = [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]


def panels() -> Iterator[tuple[str, str]]:
    made: Any = dashboard()
    for panel in made["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


ASKED = [(rule["alert"], rule["expr"]) for rule in RULES] + list(panels())


def selectors(expression: str) -> list[promql_parser.VectorSelector]:
    """Parse an expression, and give its selectors; raises ValueError for what Prometheus would refuse."""
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def faults(expression: str) -> Iterator[str]:
    """Say what of an expression no process registers: a series, a label, a label's value."""
    known = labels_of()
    grouped = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", expression))))
    labels = set(ADDED_LABELS)
    for each in selectors(expression):
        if each.name is None or each.name not in known:
            yield f"{each.name} is registered by nobody"
            continue
        labels |= known[each.name]
        for matcher in each.matchers.matchers:
            if matcher.name not in known[each.name] | ADDED_LABELS:
                yield f"{each.name} has no label {matcher.name}"
            if matcher.value not in VALUES.get(matcher.name, {matcher.value}):
                yield f"{matcher.name} is never {matcher.value}"
    yield from (f"nothing has the label {each}" for each in sorted(grouped - labels))


@pytest.mark.parametrize(("name", "expression"), ASKED, ids=[name for name, _ in ASKED])
def test_what_is_asked_for_is_what_the_code_registers(name: str, expression: str) -> None:
    assert selectors(expression)
    assert list(faults(expression)) == []


def test_what_nobody_registers_is_found() -> None:
    assert list(faults("rate(ieum_batch_seconds_total[5m])")) == [
        "ieum_batch_seconds_total is registered by nobody"
    ]
    assert list(faults('ieum_rows_waiting{table="outbx"}')) == ["table is never outbx"]
    assert list(faults('ieum_rows_waiting{queue="outbox"}')) == ["ieum_rows_waiting has no label queue"]
    assert list(faults("sum by (peer) (ieum_rows_waiting)")) == ["nothing has the label peer"]
    for wrong in ("sum by (agency (up)", "rate(up)", "up[5x]", "nothing_like_that("):
        with pytest.raises(ValueError, match=r"."):
            selectors(wrong)


def anchors() -> set[str]:
    """Give the anchors of the runbook's headings, as code hosts make them."""
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_waits_says_how_bad_it_is_and_leads_to_the_runbook(rule: dict[str, Any]) -> None:
    assert rule["alert"].startswith("Ieum")
    assert promql_parser.parse_duration(rule["for"]).total_seconds() >= 60
    assert rule["labels"]["severity"] in {"critical", "warning"}
    notes = rule["annotations"]
    assert notes.keys() == {"summary", "runbook_url"}
    said = set(re.findall(r"\$labels\.(\w+)", notes["summary"]))
    assert said <= set(re.findall(r"\w+", rule["expr"])) | ADDED_LABELS
    where, _, anchor = notes["runbook_url"].partition("#")
    assert where == "{{ $externalLabels.runbook }}"
    assert anchor in anchors()


def test_what_somebody_has_to_be_told_of_has_a_rule_and_each_rule_a_test() -> None:
    asked = {each.name for rule in RULES for each in selectors(rule["expr"])}
    assert asked >= WATCHED
    tests = read("alerts_test.yml")["tests"]
    tested = {case["alertname"] for test in tests for case in test["alert_rule_test"]}
    assert tested == {rule["alert"] for rule in RULES}
    assert len(tested) == len(RULES)


def test_the_dashboard_is_the_one_that_the_catalogue_gives() -> None:
    text = (FOLDER / "dashboard.json").read_text(encoding="utf-8")
    made = yaml.safe_load(text)
    assert made == dashboard(), "python -m ieum.observe.dashboard > infra/observe/dashboard.json"
    shown = {each.name for _, expression in panels() for each in selectors(expression)}
    assert all(shown & set(metric.series()) for metric in CATALOGUE)
    assert len({panel["id"] for panel in made["panels"]}) == len(made["panels"])
    [source] = read("grafana-sources.yml")["datasources"]
    assert source["uid"] == SOURCE_UID


def test_every_agency_of_the_centre_is_watched_and_the_console() -> None:
    scrape = read("prometheus.yml")
    agencies, console = scrape["scrape_configs"]
    [targets] = agencies["static_configs"]
    assert targets["targets"] == [
        f"{each}:8080" for each in read_centre(ROOT / "infra" / "centre.toml").agencies
    ]
    assert [each["targets"] for each in console["static_configs"]] == [[f"{CONSOLE}:8080"]]
    assert {each["job_name"] for each in scrape["scrape_configs"]} == set(
        re.findall(r'job="([\w-]+)"', " ".join(expression for _, expression in ASKED))
    )
