"""The one table of topics and the one table of access; infrastructure is made from both."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ieum_contracts.address import Address

WIRE_VERSION = 0
MAILBOX_PARTITIONS = 6
BODY_BYTES_MAX = 256 * 1024
RECORD_BYTES_MAX = 1024 * 1024
HEADERS_MAX = 32
HEADER_BYTES_MAX = 1024
HEADERS_BYTES_MAX = 8 * 1024
MAILBOX_RETENTION_DAYS = 14
OPERATIONS_RETENTION_DAYS = 3

_DAY_MS = 24 * 60 * 60 * 1000
_COMMON = {
    "compression.type": "uncompressed",
    "max.message.bytes": str(RECORD_BYTES_MAX),
    "message.timestamp.type": "LogAppendTime",
}
_MAILBOX = _COMMON | {"retention.ms": str(MAILBOX_RETENTION_DAYS * _DAY_MS), "cleanup.policy": "delete"}
_COMPACTED = _COMMON | {"cleanup.policy": "compact"}
_OPERATIONS = _COMMON | {"retention.ms": str(OPERATIONS_RETENTION_DAYS * _DAY_MS), "cleanup.policy": "delete"}


class Family(StrEnum):
    """The last part of a topic's name: what is talked about."""

    REFERRAL = "referral"
    ELIGIBILITY = "eligibility"
    CASE_CLOSED = "case-closed"
    CATALOGUE = "catalogue"
    DELIVERY = "delivery"
    DIRECTORY = "directory"
    OPERATIONS = "operations"


STREAM_FAMILIES = (Family.REFERRAL, Family.ELIGIBILITY, Family.CASE_CLOSED)
"""Families whose events are numbered in streams; each is a mailbox of its recipient."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that has to exist, with the settings in which it differs from the broker's defaults."""

    name: str
    partitions: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One line of the access table: an agency's login may do one operation on one named resource."""

    principal: str
    resource: str  # "topic" or "group"
    name: str
    operation: str  # "READ", "WRITE" or "DESCRIBE", as Kafka names them


def login(address: Address) -> str:
    """Name the Kafka login of an agency; it is the consumer group's id as well."""
    return f"{address.centre}.{address.agency}"


def console_login(centre: str) -> str:
    """Name the login of the centre's operators: it reads headers, sees how far groups read, never writes."""
    return f"{centre}.console.operators"


def topic_of(owner: Address, family: Family) -> str:
    """Name the topic of a family that belongs to one agency (mailboxes and catalogue)."""
    return f"{owner.centre}.{owner.agency}.{family}"


def centre_topic(centre: str, family: Family) -> str:
    """Name the topic of a family that belongs to the whole centre (directory and operations)."""
    return f"{centre}.{family}"


def topics(centre: str, agencies: Iterable[str]) -> tuple[Topic, ...]:
    """List every topic that a centre with these agencies has."""
    return tuple(_topics(centre, tuple(agencies)))


def grants(centre: str, agencies: Iterable[str]) -> tuple[Grant, ...]:
    """List everything that the logins of a centre may do; what is not listed is denied by the broker."""
    return tuple(sorted(_grants(centre, tuple(agencies))))


def _topics(centre: str, agencies: tuple[str, ...]) -> Iterator[Topic]:
    for agency in agencies:
        address = Address(centre, agency)
        for family in STREAM_FAMILIES:
            yield Topic(topic_of(address, family), MAILBOX_PARTITIONS, _MAILBOX)
        yield Topic(topic_of(address, Family.DELIVERY), 1, _MAILBOX)
        yield Topic(topic_of(address, Family.CATALOGUE), 1, _COMPACTED)
    yield Topic(centre_topic(centre, Family.DIRECTORY), 1, _COMPACTED)
    yield Topic(centre_topic(centre, Family.OPERATIONS), 1, _OPERATIONS)


def _grants(centre: str, agencies: tuple[str, ...]) -> Iterator[Grant]:
    for agency in agencies:
        me = Address(centre, agency)
        yield Grant(login(me), "group", login(me), "READ")
        yield Grant(console_login(centre), "group", login(me), "DESCRIBE")
        yield Grant(login(me), "topic", topic_of(me, Family.CATALOGUE), "WRITE")
        yield Grant(login(me), "topic", centre_topic(centre, Family.DIRECTORY), "READ")
        yield Grant(login(me), "topic", centre_topic(centre, Family.OPERATIONS), "WRITE")
        for family in (*STREAM_FAMILIES, Family.DELIVERY):
            yield Grant(login(me), "topic", topic_of(me, family), "READ")
        for other in agencies:
            theirs = Address(centre, other)
            yield Grant(login(me), "topic", topic_of(theirs, Family.CATALOGUE), "READ")
            if theirs != me:
                for family in (*STREAM_FAMILIES, Family.DELIVERY):
                    yield Grant(login(me), "topic", topic_of(theirs, family), "WRITE")
    yield from (
        Grant(console_login(centre), "topic", topic.name, "READ") for topic in _topics(centre, agencies)
    )
