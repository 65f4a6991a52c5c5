"""The items that a referral sends, named as consent names them, and those that its purpose does not need."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue
from pydantic_core import from_json

from ieum.casework.orders import ReferralOrder
from ieum_contracts.model import Model
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.referral import ReferralRequested

_WHOLE = frozenset({"consent", "sender_desk"})
"""Members of `sealed` that are one item, though they have members themselves."""


@dataclass(frozen=True, slots=True)
class ItemsSent:
    """Names of what leaves the agency: members of the event, and items inside its member `sealed`.

    `not_needed` are sealed items that the programme does not ask for, `not_consented` those that the
    consent artefact does not name.
    """

    members: tuple[str, ...]
    sealed: tuple[str, ...]
    not_needed: tuple[str, ...] = ()
    not_consented: tuple[str, ...] = ()


def items_sent(
    body: Model, programme: ProgrammePublished | None, consented: Iterable[str] | None
) -> ItemsSent:
    """Name the items of a referral as it is written; `consented` is None without a consent artefact."""
    include = ReferralRequested.model_fields.keys()
    written = from_json(body.model_dump_json(include=set(include), exclude_none=True))
    sealed = tuple(sorted(_items(written.get("sealed"))))
    members = tuple(
        sorted(name for name, value in written.items() if name != "sealed" and value not in _EMPTY)
    )
    details = [each for each in sealed if each != "consent"]
    agreed = None if consented is None else frozenset(consented)
    return ItemsSent(
        members,
        sealed,
        () if programme is None else tuple(each for each in details if not covered(each, programme.items)),
        () if agreed is None else tuple(each for each in details if not covered(each, agreed)),
    )


def consented_items(order: ReferralOrder) -> tuple[str, ...] | None:
    """Name the items of an order's consent artefact; None without one."""
    return None if order.sealed.consent is None else order.sealed.consent.items


def covered(item: str, names: Collection[str]) -> bool:
    """Whether an item is named, by itself or with the member in which it stands."""
    return item in names or item.partition(".")[0] in names


_EMPTY: tuple[JsonValue, ...] = ([], {})


def _items(sealed: JsonValue) -> Iterator[str]:
    if not isinstance(sealed, dict):
        return
    for name, value in sealed.items():
        if value in _EMPTY:
            continue
        if isinstance(value, dict) and name not in _WHOLE:
            yield from (f"{name}.{inner}" for inner, each in value.items() if each not in _EMPTY)
        else:
            yield name
