"""The life of a referral: the table as data, and pure functions on its two copies.

The recipient decides, the sender asks. The services call these very functions, and an exhaustive walk of both
copies and both channels explores them in the tests. May import: the codes of the contracts.
"""

from ieum_contracts.lifecycle.published import as_json
from ieum_contracts.lifecycle.recipient import (
    CONDITIONS,
    Decided,
    RecipientCopy,
    decide,
    hear_ask,
    moves_allowed,
)
from ieum_contracts.lifecycle.sender import (
    SenderCopy,
    UntakenAsk,
    abandon,
    ask,
    ask_not_taken_in,
    asks_allowed,
    hear_decision,
    request_not_taken_in,
)
from ieum_contracts.lifecycle.table import (
    ASKS,
    CONCLUDED,
    ENDED,
    NOT_ENDED,
    OPEN_TO_CHANGE,
    ROWS,
    UNDECIDED,
    UNDERWAY,
    AskRow,
    Condition,
    Mover,
    NotAllowed,
    OpenAsk,
    Row,
    Said,
    rows_for,
)

__all__ = [
    "ASKS",
    "CONCLUDED",
    "CONDITIONS",
    "ENDED",
    "NOT_ENDED",
    "OPEN_TO_CHANGE",
    "ROWS",
    "UNDECIDED",
    "UNDERWAY",
    "AskRow",
    "Condition",
    "Decided",
    "Mover",
    "NotAllowed",
    "OpenAsk",
    "RecipientCopy",
    "Row",
    "Said",
    "SenderCopy",
    "UntakenAsk",
    "abandon",
    "as_json",
    "ask",
    "ask_not_taken_in",
    "asks_allowed",
    "decide",
    "hear_ask",
    "hear_decision",
    "moves_allowed",
    "request_not_taken_in",
    "rows_for",
]
