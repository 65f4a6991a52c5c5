"""Which programmes of other agencies serve a need that those of one agency serve, as agencies declare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ieum.agency import Programme


@dataclass(frozen=True, slots=True)
class Instead:
    """A programme, and those of other agencies that serve one of the same needs."""

    programme: Programme
    others: tuple[tuple[str, Programme], ...]


def instead_of(agency: str, programmes: Mapping[str, Sequence[Programme]]) -> tuple[Instead, ...]:
    """List an agency's programmes, each with what could stand in for it at another agency."""
    return tuple(
        Instead(
            mine,
            tuple(
                (other, each)
                for other, offered in sorted(programmes.items())
                if other != agency
                for each in offered
                if each.subject is mine.subject and set(each.serves) & set(mine.serves)
            ),
        )
        for mine in programmes.get(agency, ())
    )
