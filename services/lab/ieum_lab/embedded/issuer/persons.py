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
    window_roles: Sequence[str] = ()
    """Roles that the operators' console knows and no agency does."""

    @property
    def roles(self) -> list[str]:
        """All roles, as an identity token names them."""
        return [*map(str, self.account.roles), *self.window_roles]

    @property
    def label(self) -> str:
        """What the page calls them."""
        roles = ", ".join(self.roles)
        return f"{self.account.name} · {roles} · {' '.join(self.account.agencies) or 'centre'}"


_OF_THE_CENTRE: Sequence[tuple[str, str, Sequence[Role], Sequence[str]]] = (
    ("operator-1", "운영 하나(시험)", [Role.OPERATOR], []),
    ("operator-2", "운영 둘(시험)", [Role.OPERATOR], []),
    ("auditor-1", "감사 하나(시험)", [Role.AUDITOR], []),
    ("admin-1", "관리 하나(시험)", [Role.OPERATOR], ["admin"]),
    ("viewer-1", "열람 하나(시험)", [], ["viewer"]),
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
        Person(Account(subject, roles, name=name), everywhere, windows)
        for subject, name, roles, windows in _OF_THE_CENTRE
    ]
    people += [
        Person(Account(f"{subject}.{address.agency}", [role], [address.agency], name), [str(address)])
        for address in addresses
        for subject, name, role in _OF_AN_AGENCY
    ]
    return {person.account.subject: person for person in people}
