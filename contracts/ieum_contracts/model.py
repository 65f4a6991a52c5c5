"""What every body has in common: frozen, silent about its input, each field described and classed."""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import partial
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo

from ieum_contracts import values

DATA_CLASS_KEY = "x-data-class"
WON_MAX = 10**12
NOTE_CHARACTERS_MAX = 2_000
LINE_CHARACTERS_MAX = 200
LIST_ITEMS_MAX = 50
FAULTS_MAX = 20

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


Id = Annotated[
    UUID,
    BeforeValidator(values.read_id),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": values.ID_PATTERN}),
]
"""An opaque id: a UUID in its canonical lower-case form."""
Time = Annotated[
    AwareDatetime,
    BeforeValidator(values.read_time),
    AfterValidator(values.in_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": values.TIME_PATTERN}),
]
"""A moment from 2000 to 2099, RFC 3339 with an offset; kept and written in UTC, to the microsecond."""
Day = Annotated[
    date,
    BeforeValidator(values.read_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": values.DAY_PATTERN}),
]
"""A calendar day from 1900 to 2099 in the agency's time zone."""
WHOLE = BeforeValidator(values.read_whole)
"""Lets a whole number be written with a point."""
Won = Annotated[int, Field(strict=True, ge=0, le=WON_MAX), WHOLE]
"""Money in whole won."""
NetWon = Annotated[int, Field(strict=True, ge=-WON_MAX, le=WON_MAX), WHOLE]
"""Money in whole won less what is owed: it may lie below zero."""
Count = Annotated[int, Field(strict=True, ge=0, le=100_000), WHOLE]
"""A number of days, hours, months, heads."""
Flag = Annotated[bool, Field(strict=True)]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LINE_CHARACTERS_MAX, pattern=values.LINE_PATTERN),
    AfterValidator(partial(values.tidy, characters_max=LINE_CHARACTERS_MAX)),
]
"""One line of text, something of it visible, without control characters (a database takes no NUL)."""
Note = Annotated[
    str,
    StringConstraints(min_length=1, max_length=NOTE_CHARACTERS_MAX, pattern=values.NOTE_PATTERN),
    AfterValidator(partial(values.tidy, characters_max=NOTE_CHARACTERS_MAX)),
]
"""A text of a few paragraphs, something of it visible; of control characters only tabs and line ends."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=60)]
"""An agency's own code, for example a rule's id; hyphenated lower-case letters and digits."""
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]*$", max_length=40)]
"""An agency's own number for something."""
