"""The time at which a question ends a referral: told with the question, also where the worker named none."""

from datetime import datetime

from ieum.casework.decision_orders import DecisionOrder, RequestInfo
from ieum.casework.running_clocks import started
from ieum.casework.values import AgencyView, Referral
from ieum_contracts.overdue import Clock


def with_deadline(order: DecisionOrder, referral: Referral, view: AgencyView, now: datetime) -> DecisionOrder:
    """Return a question with the time until which it waits; other orders, and a time that is named, stay.

    The referral expires then: its sender has to know when, also one that runs no clocks itself.
    """
    if not isinstance(order, RequestInfo) or order.due_at is not None:
        return order
    return order.model_copy(update={"due_at": started(Clock.INFO_REQUEST, referral, (), now, view).due_at})
