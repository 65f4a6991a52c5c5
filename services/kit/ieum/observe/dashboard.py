"""The dashboard, made of the catalogue: `python -m ieum.observe.dashboard` prints it for Grafana."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pydantic import JsonValue
from pydantic_core import to_json

from ieum.observe.metric_catalogue import CATALOGUE, Kind, Metric, Subject

UID, SOURCE_UID = "ieum", "ieum-prometheus"
ROWS: Mapping[Subject, str] = {
    Subject.DELIVERY: "전달 · Delivery",
    Subject.WAITING: "대기 · What waits",
    Subject.CASEWORK: "업무 · Casework",
    Subject.HTTP: "HTTP",
    Subject.PROCESS: "프로세스 · Processes",
    Subject.CONSOLE: "콘솔 · The operators' console",
}
SHOWN_MAX = 20
"""Lines of one panel, the highest: more can be told apart by nobody."""
_ACROSS, _WIDTH, _HEIGHT = 3, 8, 8
_OVER = "5m"
_CHOSEN = '{agency=~"$agency"}'
_FIRING = 'ALERTS{alertstate="firing"}'
_SOURCE: Mapping[str, JsonValue] = {"type": "prometheus", "uid": SOURCE_UID}


def expression(metric: Metric) -> str:
    """Return what a panel asks of a metric: a rate, the greatest value of all instances, or a percentile."""
    labels = metric.labels if "recipient" in metric.labels else ("agency", *metric.labels)
    by = ", ".join(labels)
    match metric.kind:
        case Kind.COUNTER:
            asked = f"sum by ({by}) (rate({metric.name}_total{_CHOSEN}[{_OVER}]))"
        case Kind.GAUGE:
            asked = f"max by ({by}) ({metric.name}{_CHOSEN})"
        case Kind.HISTOGRAM:
            rates = f"sum by (le, {by}) (rate({metric.name}_bucket{_CHOSEN}[{_OVER}]))"
            asked = f"histogram_quantile(0.95, {rates})"
    return f"topk({SHOWN_MAX}, {asked})"


def dashboard(catalogue: Sequence[Metric] = CATALOGUE) -> Mapping[str, JsonValue]:
    """Make the dashboard: what fires, and below it a row of panels for each subject."""
    return {
        "uid": UID,
        "title": "이음 · Ieum",
        "schemaVersion": 41,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "tags": ["ieum"],
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "Asia/Seoul",
        "templating": {"list": [_agency()]},
        "panels": [_numbered(number, panel) for number, panel in enumerate(_panels(catalogue), 1)],
    }


def _panels(catalogue: Sequence[Metric]) -> Iterator[dict[str, JsonValue]]:
    yield {
        "type": "alertlist",
        "title": "경보 · Firing alerts",
        "gridPos": {"x": 0, "y": 0, "w": _ACROSS * _WIDTH, "h": _HEIGHT},
        "options": {"viewMode": "list", "stateFilter": {"firing": True, "pending": True}},
    }
    yield _graph(
        "경보 수 · Alerts that fire", "Alerts that fire, by name.", f"count by (alertname) ({_FIRING})"
    )
    y = 2 * _HEIGHT
    order = list(ROWS)
    for subject, metrics in groupby(
        sorted(catalogue, key=lambda each: order.index(each.subject)), lambda each: each.subject
    ):
        yield {"type": "row", "title": ROWS[subject], "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}}
        y += 1
        for place, metric in enumerate(metrics):
            yield _of_metric(metric) | {"gridPos": _place(place, y)}
        y += (place // _ACROSS + 1) * _HEIGHT


def _place(place: int, y: int) -> JsonValue:
    down, across = divmod(place, _ACROSS)
    return {"x": across * _WIDTH, "y": y + down * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}


def _of_metric(metric: Metric) -> dict[str, JsonValue]:
    how = {Kind.COUNTER: "a second", Kind.GAUGE: "now", Kind.HISTOGRAM: "95th percentile"}[metric.kind]
    title = f"{metric.name.removeprefix('ieum_').replace('_', ' ').capitalize()} ({how})"
    unit = "s" if metric.unit == "seconds" else "cps" if metric.kind is Kind.COUNTER else "short"
    return _graph(title, metric.help, expression(metric), unit)


def _graph(title: str, description: str, asked: str, unit: str = "short") -> dict[str, JsonValue]:
    return {
        "type": "timeseries",
        "title": title,
        "description": description,
        "datasource": dict(_SOURCE),
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 8}}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [{"refId": "A", "datasource": dict(_SOURCE), "expr": asked}],
        "gridPos": {"x": 0, "y": _HEIGHT, "w": _ACROSS * _WIDTH, "h": _HEIGHT},
    }


def _numbered(number: int, panel: dict[str, JsonValue]) -> JsonValue:
    return {"id": number, **panel}


def _agency() -> JsonValue:
    """Return the choice of agencies, of all at first."""
    return {
        "name": "agency",
        "label": "기관 · Agency",
        "type": "query",
        "datasource": dict(_SOURCE),
        "query": {"query": 'label_values(up{job=~"ieum-.*"}, agency)', "refId": "agency"},
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def main() -> None:
    """Print it."""
    sys.stdout.write(to_json(dashboard(), indent=2).decode() + "\n")


if __name__ == "__main__":
    main()
