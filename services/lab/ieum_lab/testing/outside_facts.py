"""Facts as callers see them: what they ordered, were answered, read in the feed, and are owed."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ordered:
    """A caller began to send an order under an Idempotency-Key, about `thing` where it has an id yet."""

    at: str
    key: str
    thing: str = ""
    fact: Literal["ordered"] = "ordered"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An order was answered: it is done, and `thing` has the version; or refused, and nothing has changed.

    With `tried_before` an earlier try got no answer: a refusal is of the later one, and the earlier one may
    be done after it.
    """

    at: str
    key: str
    thing: str = ""
    version: int = 0
    refused: bool = False
    tried_before: bool = False
    fact: Literal["acknowledged"] = "acknowledged"


@dataclass(frozen=True, slots=True)
class Fed:
    """A reader of an agency's feed has read this event; `order` rises as it read on."""

    at: str
    order: int
    number: int
    peer: str
    family: str
    key: str
    sequence: int
    said: bool
    fact: Literal["fed"] = "fed"


@dataclass(frozen=True, slots=True)
class ReadToEnd:
    """The reader of an agency's feed has read all that there is, when all should be quiet."""

    at: str
    fact: Literal["read-to-end"] = "read-to-end"


@dataclass(frozen=True, slots=True)
class Owed:
    """Once an agency has heard the request of `thing`, it has to say an event of this type about it."""

    at: str
    thing: str
    type: str
    fact: Literal["owed"] = "owed"


@dataclass(frozen=True, slots=True)
class Amended:
    """An agency heard of new details of `thing` and said that it noted them; `digest` is theirs."""

    at: str
    thing: str
    sequence: int
    digest: str
    fact: Literal["amended"] = "amended"


@dataclass(frozen=True, slots=True)
class Detailed:
    """The details of `thing` that an agency works with when all should be quiet."""

    at: str
    thing: str
    digest: str
    fact: Literal["detailed"] = "detailed"


@dataclass(frozen=True, slots=True)
class CaseStands:
    """A case when all should be quiet: whether it is closed, and how many of its referrals have not ended."""

    at: str
    case: str
    closed: bool
    not_ended: int
    fact: Literal["case-stands"] = "case-stands"
