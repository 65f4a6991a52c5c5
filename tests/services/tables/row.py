"""One case of a table: which rule it is about, what is changed in the usual case, and what must come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ieum_contracts.eligibility import Likelihood, RuleResult
from tests.services.asking import DAY, LIKELY, NEEDS_INFO, UNLIKELY

P, F, Q = RuleResult.PASSED, RuleResult.FAILED, RuleResult.UNKNOWN
_USUALLY = {P: LIKELY, F: UNLIKELY, Q: NEEDS_INFO}


@dataclass(frozen=True, slots=True)
class Row:
    """`rule` gives `result` when the usual facts are changed so; all rules together give `likelihood`."""

    rule: str
    result: RuleResult
    changes: Mapping[str, Any] = field(default_factory=dict)
    on: date = DAY
    whole: Likelihood | None = None

    @property
    def likelihood(self) -> Likelihood:
        """What the whole programme comes to: what the rule says, unless the row says otherwise."""
        return self.whole or _USUALLY[self.result]


@dataclass(frozen=True, slots=True)
class Table:
    """The cases of programmes that have the same rules, the law of each rule, and the usual facts."""

    package: str
    programmes: tuple[str, ...]
    laws: Mapping[str, str]
    usual: Mapping[str, Any]
    rows: tuple[Row, ...]
    whole: Likelihood | None = None

    def likelihood(self, row: Row) -> Likelihood:
        """Return what all rules come to; of a discretionary programme what passes is left to a person."""
        return self.whole if self.whole is not None and row.likelihood is LIKELY else row.likelihood


def held(benefit: str, since: str, until: str | None = None) -> dict[str, Any]:
    """Write one benefit that is or was in payment."""
    period = {"benefit": benefit, "since": since}
    return {"benefits": [period if until is None else {**period, "until": until}]}
