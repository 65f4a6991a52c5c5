"""The sections of the console, in the order in which an operator needs them."""

from dataclasses import dataclass

from ieum.web.translation import marked


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One section, as the navigation names it."""

    path: str
    label: str
    icon: str


NAVIGATION = (
    NavigationItem("/", marked("Overview"), "overview"),
    NavigationItem("/referrals", marked("Referrals"), "referral"),
    NavigationItem("/agencies", marked("Agencies"), "agency"),
    NavigationItem("/troubles", marked("Troubles"), "trouble"),
    NavigationItem("/assurance", marked("Assurance"), "assurance"),
    NavigationItem("/drill", marked("Away for a day"), "away"),
    NavigationItem("/contracts", marked("Contracts"), "contract"),
    NavigationItem("/audit", marked("Audit"), "audit"),
    NavigationItem("/me", marked("Own permissions"), "person"),
)
