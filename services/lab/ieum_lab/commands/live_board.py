"""Shows a run while it goes on: a live board on a terminal, plain lines elsewhere."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ieum.cli.output import tell
from ieum_lab.simulator.board import Board

DRAW_SECONDS = 0.25
LINE_SECONDS = 2.0
EVENTS_SHOWN = 12
NOTES_SHOWN = 12
COLUMNS = ("agency", "sent", "received", "open", "closed", "parked", "oldest unanswered")


class Show:
    """Shows a board on stderr until cancelled; `tell` adds a note to it."""

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._notes: deque[str] = deque(maxlen=NOTES_SHOWN)

    def tell(self, note: str) -> None:
        """Add a note."""
        self._notes.append(note)
        if not self._live:
            tell(note)

    async def run(self, board: Board) -> None:
        """Show the board until cancelled."""
        await (self._draw(board) if self._live else _say(board))

    async def _draw(self, board: Board) -> None:
        with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
            while True:
                live.update(_picture(board, list(self._notes)), refresh=True)
                await asyncio.sleep(DRAW_SECONDS)


def can_draw(*, as_json: bool) -> bool:
    """Whether the output is a terminal."""
    return not as_json and sys.stdout.isatty() and sys.stderr.isatty()


async def _say(board: Board, say: Callable[[str], None] = tell) -> None:
    last = ""
    while True:
        await asyncio.sleep(LINE_SECONDS)
        lines = board.lines()
        line = (
            f"  sent {sum(each.sent for each in lines)}, open {sum(each.open for each in lines)}, "
            f"closed {sum(each.closed for each in lines)}, parked {sum(each.parked for each in lines)} "
            "(each referral stands on two desks)"
        )
        if line != last:
            say(line)
        last = line


def _picture(board: Board, notes: list[str]) -> Group:
    table = Table(title="Ieum 이음", title_justify="left", title_style="bold")
    for index, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if index else "left")
    for line in board.lines():
        oldest = line.oldest_unanswered_seconds
        table.add_row(
            line.agency,
            *map(str, (line.sent, line.received, line.open, line.closed, line.parked)),
            "" if oldest is None else f"{oldest:.1f} s",
        )
    return Group(Text("\n".join(notes)), table, Text("\n".join(board.events(EVENTS_SHOWN)), style="dim"))
