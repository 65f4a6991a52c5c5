"""The table of the lifecycle as plain data, for readers and programs outside."""

from ieum_contracts.codes import AskType, State
from ieum_contracts.lifecycle.table import (
    ASKS,
    CONCLUDED,
    ENDED,
    NAMES_ALL_THAT_WAIT,
    NAMES_ONE_ASK,
    ROWS,
    UNDERWAY,
)


def as_json() -> dict[str, object]:
    """Give the whole table as plain data (`lifecycle.json`), enough to drive or to judge us from outside."""
    return {
        "states": [str(state) for state in State],
        "ended": _sorted(ENDED),
        "decisions": [
            {
                "decision": str(row.decision),
                "from": _sorted(row.from_states),
                "to": "same" if row.to is None else str(row.to),
                "by": sorted(map(str, row.by)),
                "conditions": [str(condition) for condition in row.conditions],
            }
            for row in ROWS
        ],
        "asks": [
            {
                "ask": str(row.ask),
                "from": _sorted(row.from_states),
                "once": row.once,
                "settled_by": sorted(map(str, row.settled_by)),
            }
            for row in ASKS.values()
        ],
        "names_all_that_wait": sorted(map(str, NAMES_ALL_THAT_WAIT)),
        "names_one_ask": sorted(map(str, NAMES_ONE_ASK)),
        "waits_for_a_worker": {
            str(AskType.CANCEL_REQUESTED): _sorted(UNDERWAY),
            str(AskType.OUTCOME_DISPUTED): _sorted(CONCLUDED | {State.CLOSED}),
        },
    }


def _sorted(states: frozenset[State]) -> list[str]:
    return [str(state) for state in State if state in states]
