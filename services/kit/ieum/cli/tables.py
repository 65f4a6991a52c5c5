"""Tables on stdout, as wide as the terminal, or as wide as needed without one."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

PIPE_COLUMNS_MAX = 1_000
"""Nothing is folded in a file or for `grep`: a table takes what it needs of this."""


def write_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table, with numbers aligned to the right."""
    filled = [["" if cell is None else cell for cell in row] for row in rows]
    table = Table(title=title, title_justify="left", title_style="bold")
    for index, column in enumerate(columns):
        numeric = bool(filled) and all(isinstance(row[index], int | float) for row in filled)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in filled:
        table.add_row(*(escape(str(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_COLUMNS_MAX)
    console.print(table)
