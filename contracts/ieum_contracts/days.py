"""Days by what they are for: the years that make sense for each, and the days that are written for none."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from ieum_contracts.model import Day
from ieum_contracts.timing import PAST

EPOCH = "1970-01-01"
"""Day zero of many systems' clocks: what they write where no day is known."""


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Within:
    """The years of a kind of day, as a pattern; the epoch counts only where it is likelier than no day."""

    years: str
    sentence: str
    epoch: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Check the day before anything else of it, so that its own sentence is the one that is told."""
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Say the same in the published schema."""
        schema = {**handler(core), "pattern": self._pattern()}
        return schema if self.epoch else {**schema, "not": {"const": EPOCH}}

    def _check(self, value: object) -> object:
        text = value.isoformat() if isinstance(value, date) else value
        if not isinstance(text, str) or _DATE.fullmatch(text) is None:
            return value
        outside = re.match(f"(?:{self.years})-", text) is None
        if outside or (text == EPOCH and not self.epoch):
            raise ValueError(self.sentence)
        return value

    def _pattern(self) -> str:
        return f"^(?:{self.years})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"


BirthDay = Annotated[
    Day,
    Within(
        "190[1-9]|19[1-9][0-9]|20[0-8][0-9]",
        "A birth date lies in the years 1901 to 2089; leave out one that is not known.",
        epoch=True,
    ),
    PAST,
]
"""When somebody was born. Nobody is older than 125; 0001-01-01, 1753-01-01, 1899-12-30 and 1900-01-01 are
what systems write for no day. The epoch stays: people were born on it."""
LifeDay = Annotated[
    Day,
    Within(
        "19[3-9][0-9]|20[0-8][0-9]",
        "A day of work, service or a benefit lies in the years 1930 to 2089 and is not 1970-01-01; leave out "
        "one that is not known, and the end of what has none.",
    ),
]
"""A day of somebody's working life, past or foreseen. Nobody who asks for help was at work before 1930;
2099-12-31, 2999-12-31 and 9999-12-31 are what systems write for no end: to leave the day out says so."""
LoanDay = Annotated[
    Day,
    Within(
        "200[6-9]|20[1-8][0-9]",
        "A day of a policy loan lies in the years 2006 to 2089; leave out one that is not known.",
    ),
    PAST,
]
"""A day of a policy loan: before 2006 there was none."""
