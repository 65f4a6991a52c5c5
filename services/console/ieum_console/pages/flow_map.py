"""The flow map's geometry: a box for each agency on an ellipse, a curve for each direction between two."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ieum_console.projection.overview import EdgeFlow

WIDTH, HEIGHT = 760.0, 480.0
BOX_WIDTH, BOX_HEIGHT = 184.0, 60.0
BEND = 0.13
"""How far a curve leaves the straight line, as a share of its length: the two directions stay apart."""
LABEL_AT = 0.42
LINE_CHARACTERS_MAX = 20
GAP = 7.0


@dataclass(frozen=True, slots=True)
class Node:
    """An agency's box by its centre, and its name in lines."""

    agency: str
    x: float
    y: float
    lines: tuple[str, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Curve:
    """One direction between two agencies: its path, where its count stands, and how wide it is drawn."""

    flow: EdgeFlow
    path: str
    label_x: float
    label_y: float
    width: float


@dataclass(frozen=True, slots=True)
class FlowMap:
    """What the template draws."""

    nodes: tuple[Node, ...]
    curves: tuple[Curve, ...]


def flow_map(
    agencies: Sequence[str],
    edges: Sequence[EdgeFlow],
    waiting: Mapping[str, int],
    name: Callable[[str], str],
) -> FlowMap:
    """Lay out the agencies and the edges between them."""
    places = {agency: _place(index, len(agencies)) for index, agency in enumerate(agencies)}
    nodes = tuple(
        Node(agency, *place, _lines(name(agency)), waiting.get(agency, 0)) for agency, place in places.items()
    )
    curves = [
        _curve(flow, places[flow.source], places[flow.recipient])
        for flow in sorted(edges, key=lambda each: each.records)
        if flow.source in places and flow.recipient in places and flow.source != flow.recipient
    ]
    return FlowMap(nodes, tuple(curves))


def _place(index: int, count: int) -> tuple[float, float]:
    angle = 2 * math.pi * index / max(count, 1) - math.pi / 2 - (math.pi / count if count % 2 == 0 else 0)
    across, down = WIDTH / 2 - BOX_WIDTH / 2 - 8, HEIGHT / 2 - BOX_HEIGHT / 2 - 8
    return round(WIDTH / 2 + across * math.cos(angle), 1), round(HEIGHT / 2 + down * math.sin(angle), 1)


def _curve(flow: EdgeFlow, start: tuple[float, float], end: tuple[float, float]) -> Curve:
    (ax, ay), (bx, by) = start, end
    bend_x = (ax + bx) / 2 - (by - ay) * BEND
    bend_y = (ay + by) / 2 + (bx - ax) * BEND
    ax, ay = _edge_of_box(ax, ay, bend_x, bend_y, 0)
    bx, by = _edge_of_box(bx, by, bend_x, bend_y, GAP)
    t, s = LABEL_AT, 1 - LABEL_AT
    return Curve(
        flow,
        f"M{ax:.1f} {ay:.1f}Q{bend_x:.1f} {bend_y:.1f} {bx:.1f} {by:.1f}",
        round(s * s * ax + 2 * s * t * bend_x + t * t * bx, 1),
        round(s * s * ay + 2 * s * t * bend_y + t * t * by, 1),
        round(1.5 + min(4.5, math.log10(flow.records + 1) * 1.6), 2),
    )


def _edge_of_box(x: float, y: float, to_x: float, to_y: float, gap: float) -> tuple[float, float]:
    """Return where the line from a box's centre to a point leaves the box, a gap outside of it."""
    dx, dy = to_x - x, to_y - y
    share = min(
        (BOX_WIDTH / 2 + gap) / abs(dx) if dx else math.inf,
        (BOX_HEIGHT / 2 + gap) / abs(dy) if dy else math.inf,
    )
    return x + dx * min(share, 1), y + dy * min(share, 1)


def _lines(name: str) -> tuple[str, ...]:
    if len(name) <= LINE_CHARACTERS_MAX or " " not in name:
        return (name,)
    middle = len(name) / 2
    cut = min((i for i, each in enumerate(name) if each == " "), key=lambda i: abs(i - middle))
    return name[:cut], name[cut + 1 :]
