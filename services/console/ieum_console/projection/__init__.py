"""What the pages read: one function a screen, each a few indexed statements on the console's own database.

Every function takes a connection and the present time, and gives frozen values. Agencies are named by their
ids (`employment-center`), families and states by the words of the contracts. May import: the contracts, and
folds for an event as it was said.
"""

from ieum_console.projection.agencies import (
    AgencyState,
    EdgeState,
    Instance,
    Unread,
    read_agencies,
    read_edges,
    read_unread,
)
from ieum_console.projection.assurance import (
    Assurance,
    OpenStream,
    PairAccount,
    Withdrawal,
    read_assurance,
)
from ieum_console.projection.audit import AuditEntry, Verified, append_audit, read_audit, verify_audit
from ieum_console.projection.contracts import (
    ContractsView,
    Programme,
    RejectedRecords,
    SpokenType,
    read_contracts,
)
from ieum_console.projection.freshness import Change, Freshness, Source, behind, changes_since
from ieum_console.projection.needs import Need, NeedKind, read_needs
from ieum_console.projection.one_referral import ReferralView, read_referral
from ieum_console.projection.overview import EdgeFlow, OldestUnanswered, Overview, Window, read_overview
from ieum_console.projection.referral_list import (
    Cursor,
    NotANumberError,
    ReferralFilter,
    ReferralPage,
    every_referral,
    list_referrals,
)
from ieum_console.projection.referral_row import ReferralRow
from ieum_console.projection.referral_steps import Delivery, Gap, Notice, Step
from ieum_console.projection.silences import Silence, read_silences

__all__ = [
    "AgencyState",
    "Assurance",
    "AuditEntry",
    "Change",
    "ContractsView",
    "Cursor",
    "Delivery",
    "EdgeFlow",
    "EdgeState",
    "Freshness",
    "Gap",
    "Instance",
    "Need",
    "NeedKind",
    "NotANumberError",
    "Notice",
    "OldestUnanswered",
    "OpenStream",
    "Overview",
    "PairAccount",
    "Programme",
    "ReferralFilter",
    "ReferralPage",
    "ReferralRow",
    "ReferralView",
    "RejectedRecords",
    "Silence",
    "Source",
    "SpokenType",
    "Step",
    "Unread",
    "Verified",
    "Window",
    "Withdrawal",
    "append_audit",
    "behind",
    "changes_since",
    "every_referral",
    "list_referrals",
    "read_agencies",
    "read_assurance",
    "read_audit",
    "read_contracts",
    "read_edges",
    "read_needs",
    "read_overview",
    "read_referral",
    "read_silences",
    "read_unread",
    "verify_audit",
]
