"""What every body has in common: frozen, silent about its input, each field described and classed."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.fields import FieldInfo

DATA_CLASS_KEY = "x-data-class"
WON_MAX = 10**12
NOTE_CHARACTERS_MAX = 2_000
LINE_CHARACTERS_MAX = 200
LIST_ITEMS_MAX = 50
FAULTS_MAX = 20

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIELD_NAME = re.compile(r"[a-z_]{1,40}")


class DataClass(StrEnum):
    """How careful one has to be with a field; `personal` and `sensitive` stand inside `sealed` only."""

    NONE = "none"
    PSEUDONYM = "pseudonym"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class Model(BaseModel):
    """A value at the wire: unknown fields are ignored, and no error of its own prints what it was given."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def plain(description: str) -> Any:
    """Describe a field that says nothing about any one client."""
    return _described(description, DataClass.NONE)


def pseudonym(description: str) -> Any:
    """Describe a field that holds an opaque id."""
    return _described(description, DataClass.PSEUDONYM)


def personal(description: str) -> Any:
    """Describe a field that says something about a client."""
    return _described(description, DataClass.PERSONAL)


def sensitive(description: str) -> Any:
    """Describe a field that needs a consent line of its own (PIPA 23)."""
    return _described(description, DataClass.SENSITIVE)


def data_class(field: FieldInfo) -> DataClass | None:
    """Tell the data class of a field; None when somebody forgot to give it one."""
    extra = field.json_schema_extra
    value = extra.get(DATA_CLASS_KEY) if isinstance(extra, dict) else None
    return None if value is None else DataClass(str(value))


def models_in(annotation: object) -> Iterator[type[Model]]:
    """Find the models that a field's annotation names, through options, tuples and annotations."""
    if get_origin(annotation) in (Annotated, tuple, Union, UnionType):
        for argument in get_args(annotation):
            yield from models_in(argument)
    elif isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation


def faults(error: ValidationError) -> tuple[str, ...]:
    """Say where a body is wrong and how, as `sealed.contact.phone: string_too_long`, never what it held."""
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return tuple(f"{_place(each['loc'])}: {each['type']}" for each in found[:FAULTS_MAX])


def _described(description: str, data: DataClass) -> Any:
    return Field(description=description, json_schema_extra={DATA_CLASS_KEY: data.value})


def _place(location: tuple[int | str, ...]) -> str:
    names = (str(part) for part in location)
    shown = (name if name.isdecimal() or _FIELD_NAME.fullmatch(name) else "?" for name in names)
    return ".".join(shown) or "body"


def _time_text(value: object) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _TIME.fullmatch(value)):
        return value
    raise ValueError("A time is written as RFC 3339, for example 2026-07-01T00:00:00Z.")


def _date_text(value: object) -> object:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("A date is written as RFC 3339, for example 2026-07-01.")


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:  # pydantic lets it pass, so a body could stop whoever reads it
        raise ValueError("A time lies between the years 1 and 9999, in UTC too.") from None


Time = Annotated[AwareDatetime, BeforeValidator(_time_text), AfterValidator(_utc)]
"""A moment, RFC 3339 with an offset; kept and written in UTC, what is below a microsecond cut off."""
Day = Annotated[date, BeforeValidator(_date_text)]
"""A calendar day in the agency's time zone."""
Won = Annotated[int, Field(strict=True, ge=0, le=WON_MAX)]
"""Money in whole won."""
Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
"""A number of days, hours, months, heads."""
Flag = Annotated[bool, Field(strict=True)]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=LINE_CHARACTERS_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""One line of text, without control characters (a database takes no NUL)."""
Note = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=NOTE_CHARACTERS_MAX, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$"
    ),
]
"""A text of a few paragraphs; of control characters only tabs and line ends."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=60)]
"""An agency's own code, for example a rule's id; hyphenated lower-case letters and digits."""
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]*$", max_length=40)]
"""An agency's own number for something."""
