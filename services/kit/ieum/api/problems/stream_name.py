"""A stream's name in URLs: `<peer agency>.<family>.<key>`, with the centre if it is another one."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from ieum_contracts.address import Address
from ieum_contracts.topics import STREAM_FAMILIES, Family

_PARTS, _PARTS_ABROAD = 3, 4


@dataclass(frozen=True, slots=True)
class StreamId:
    """The name of one stream of this agency."""

    peer: Address
    family: Family
    key: UUID

    @classmethod
    def parse(cls, text: str, me: Address) -> Self:
        """Parse a stream's name; raises ValueError when it has another form."""
        parts = text.split(".")
        if len(parts) == _PARTS:
            parts = [me.centre, *parts]
        if len(parts) != _PARTS_ABROAD:
            raise ValueError("A stream is named <peer agency>.<family>.<key>.")
        centre, agency, family, key = parts
        if family not in STREAM_FAMILIES:
            raise ValueError("A stream's family is referral, eligibility or case-closed.")
        return cls(Address.parse(f"/{centre}/{agency}"), Family(family), UUID(key))

    def text(self, me: Address) -> str:
        """Return the stream's name."""
        name = f"{self.peer.agency}.{self.family}.{self.key}"
        return name if self.peer.centre == me.centre else f"{self.peer.centre}.{name}"
