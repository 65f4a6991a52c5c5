"""The event type of each decision, as the ledger stores it."""

from collections.abc import Iterable, Mapping

from ieum_contracts.catalogue import EVENT_TYPES, MODEL_OF_DECISION
from ieum_contracts.codes import Decision

_TYPE_OF = {each.model: each.type for each in EVENT_TYPES.values()}
TYPE_OF_DECISION: Mapping[Decision, str] = {
    decision: _TYPE_OF[model] for decision, model in MODEL_OF_DECISION.items()
}


def types_of(decisions: Iterable[Decision]) -> list[str]:
    """Return the event types of decisions, sorted."""
    return sorted(TYPE_OF_DECISION[each] for each in decisions)
