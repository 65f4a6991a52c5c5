"""What comes of comparing the ledgers of a centre's agencies."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ieum.centre.differences import Difference, Kind


@dataclass(frozen=True, slots=True)
class Accounts:
    """The result of comparing all ledgers."""

    differences: tuple[Difference, ...] = ()
    streams: int = 0
    said: int = 0
    heard: int = 0
    referrals: Mapping[str, int] = field(default_factory=dict)
    """Referrals by state, from their senders' copies."""
    asks: int = 0
    """Asks that wait for a worker and are known to both sides."""
    inquiries: int = 0
    """Inquiries that are still kept by who made them; their streams are compared as all others are."""
    foreign: tuple[str, ...] = ()
    """Agencies that run elsewhere and are not compared."""

    def together_with(self, other: "Accounts") -> "Accounts":
        """Add what was found of other keys."""
        return Accounts(
            differences=tuple(sorted((*self.differences, *other.differences), key=_rank)),
            streams=self.streams + other.streams,
            said=self.said + other.said,
            heard=self.heard + other.heard,
            referrals=Counter(self.referrals) + Counter(other.referrals),
            asks=self.asks + other.asks,
            inquiries=self.inquiries + other.inquiries,
            foreign=self.foreign,
        )

    @property
    def sentences(self) -> list[str]:
        """Every difference as a sentence."""
        return list(map(str, self.differences))


def _rank(difference: Difference) -> int:
    """Return the place of its kind; what is stopped stands among the streams."""
    return list(Kind).index(Kind.STREAM if difference.kind is Kind.STOPPED else difference.kind)
