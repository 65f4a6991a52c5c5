"""Who can log in to the embedded stack: synthetic people, by name and role, all obviously made up."""

from collections.abc import Sequence
from dataclasses import dataclass

from ieum.access.callers import Role
from ieum.centre.centre_file import Centre
from ieum.centre.issuer_key import Account
from ieum_contracts.address import Address


@dataclass(frozen=True, slots=True)
class Person:
    """An account, and the agencies that their token is for."""

    account: Account
    audience: Sequence[str]

    @property
    def label(self) -> str:
        """What the page calls them."""
        roles = ", ".join(self.account.roles)
        return f"{self.account.name} · {roles} · {' '.join(self.account.agencies) or 'centre'}"


_OF_THE_CENTRE = (
    ("operator-1", "운영 하나(시험)", Role.OPERATOR),
    ("operator-2", "운영 둘(시험)", Role.OPERATOR),
    ("auditor-1", "감사 하나(시험)", Role.AUDITOR),
)
_OF_AN_AGENCY = (
    ("worker", "상담 하나(시험)", Role.CASE_WORKER),
    ("supervisor", "팀장 하나(시험)", Role.SUPERVISOR),
    ("operator", "기관 운영(시험)", Role.OPERATOR),
)


def persons_of(centre: Centre) -> dict[str, Person]:
    """Return everybody who can log in, by their account."""
    addresses = [Address(centre.centre, agency) for agency in centre.packages]
    everywhere = [str(address) for address in addresses]
    people = [
        Person(Account(subject, [role], name=name), everywhere) for subject, name, role in _OF_THE_CENTRE
    ]
    people += [
        Person(Account(f"{subject}.{address.agency}", [role], [address.agency], name), [str(address)])
        for address in addresses
        for subject, name, role in _OF_AN_AGENCY
    ]
    return {person.account.subject: person for person in people}
