"""The families of a centre's mailboxes by the numbers that stand for them in the console's tables."""

from collections.abc import Mapping
from types import MappingProxyType

from ieum_contracts.topics import STREAM_FAMILIES, Family

FAMILIES: Mapping[int, Family] = MappingProxyType(dict(enumerate((*STREAM_FAMILIES, Family.DELIVERY), 1)))
"""Families by number; the delivery mailbox, which has no numbered events, is the last one."""
FAMILY_NUMBERS: Mapping[Family, int] = MappingProxyType({family: n for n, family in FAMILIES.items()})
