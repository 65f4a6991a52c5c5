"""A small bar chart as SVG: one bar a case, its label, its value, and its range as a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, VALUES, BAR, GAP, TOP = 860, 330, 150, 22, 12, 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `ours` are drawn in another colour."""

    label: str
    value: float
    least: float
    most: float
    ours: bool


def bars(title: str, shown: Sequence[Bar]) -> str:
    """Draw bars on one scale from zero."""
    largest = max((bar.most for bar in shown), default=1.0) or 1.0
    room = WIDTH - LABELS - VALUES
    height = TOP + len(shown) * (BAR + GAP)
    lines = [
        f'<svg xmlns="{NAMESPACE}" width="{WIDTH}" height="{height}" font-size="13">',
        "<style>text{font-family:sans-serif}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="22" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for index, bar in enumerate(shown):
        lines += _bar(bar, TOP + index * (BAR + GAP), room / largest)
    return "\n".join([*lines, "</svg>", ""])


def _bar(bar: Bar, y: int, scale: float) -> list[str]:
    middle, long = y + BAR / 2, max(1.0, bar.value * scale)
    colour = "#1f6f5c" if bar.ours else "#9aa5b1"
    least, most = LABELS + bar.least * scale, LABELS + bar.most * scale
    return [
        f'<text x="{LABELS - 8}" y="{middle + 4.5}" text-anchor="end">{escape(bar.label)}</text>',
        f'<rect x="{LABELS}" y="{y}" width="{long:.1f}" height="{BAR}" fill="{colour}"/>',
        f'<line x1="{least:.1f}" y1="{middle}" x2="{most:.1f}" y2="{middle}" stroke="#222222"/>',
        f'<text x="{max(most, LABELS) + 8:.1f}" y="{middle + 4.5}">{bar.value:,.0f}</text>',
    ]


NAMESPACE = "http://www.w3.org/2000/svg"
