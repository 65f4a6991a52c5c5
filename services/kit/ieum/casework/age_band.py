"""A band of ages, which military service may lift."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Ages in completed years, both included; military service lifts the oldest by so many years at most."""

    youngest: int
    oldest: int
    extension_years_max: int = 0

    def lifted(self, years: int) -> Self:
        """Return the band for somebody with these years of service."""
        return type(self)(self.youngest, self.oldest + min(years, self.extension_years_max))
