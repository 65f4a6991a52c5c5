"""Which programmes cannot be had together with one whose standing has changed, and by which rule."""

from dataclasses import dataclass
from datetime import date

from ieum.casework.ages import months_before
from ieum_contracts.codes import Outcome
from ieum_contracts.eligibility import Conflict, EligibilityChanged, Standing
from ieum_contracts.model import LIST_ITEMS_MAX

ALLOWANCE = ("employment-support-1", "employment-support-1-selective")
"""Programmes that pay the job-seeking allowance (구직촉진수당)."""
PENSION = "military-pension"
"""Offered by no agency of a centre; a desk that hears of one names it so."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A standing with one of `programmes` rules out each of `others`."""

    programmes: tuple[str, ...]
    standing: Standing
    others: tuple[str, ...]
    rule: str
    citation: str
    months: int | None = None
    """For so long from the day of the new standing; None for as long as it lasts."""


EXCLUSIONS = (
    Exclusion(
        ("job-seeking-benefit",),
        Standing.GRANTED,
        ALLOWANCE,
        "job-seeking-benefit-excludes-allowance",
        "구직자취업촉진법 7(3)",
    ),
    Exclusion(
        ("job-seeking-benefit",),
        Standing.ENDED,
        ALLOWANCE,
        "job-seeking-benefit-ended-within-6-months",
        "구직자취업촉진법 7(3), 시행령 5",
        months=6,
    ),
    Exclusion(
        ALLOWANCE,
        Standing.GRANTED,
        ("job-seeking-benefit",),
        "allowance-excludes-job-seeking-benefit",
        "구직자취업촉진법 7(3)",
    ),
    Exclusion(
        ("livelihood",),
        Standing.GRANTED,
        ALLOWANCE,
        "livelihood-ends-allowance",
        "구직자취업촉진법 29(1)4",
    ),
    Exclusion(
        ("career-change-allowance",),
        Standing.GRANTED,
        (PENSION,),
        "career-change-allowance-excludes-pension",
        "제대군인법 18-2",
    ),
    Exclusion(
        (PENSION,),
        Standing.GRANTED,
        ("career-change-allowance",),
        "pension-excludes-career-change-allowance",
        "제대군인법 18-2",
    ),
)
"""The conflicts of the design (programmes.md). A deferral (Act 11) rules out nothing, and is told without."""

EMPLOYMENT_ENDS = tuple(
    Conflict(programme=each, rule="employment-ends-allowance", citation="구직자취업촉진법 29(1)2")
    for each in ALLOWANCE
)


def conflicts_of(
    programme: str, standing: Standing, since: date | None = None, on: date | None = None
) -> tuple[Conflict, ...]:
    """Return the programmes that a standing since a day rules out on another day, by default since today."""
    return tuple(
        Conflict(programme=other, rule=each.rule, citation=each.citation)
        for each in EXCLUSIONS
        if programme in each.programmes and standing is each.standing and _lasts(each, since, on)
        for other in each.others
    )


def _lasts(exclusion: Exclusion, since: date | None, on: date | None) -> bool:
    if exclusion.months is None or since is None or on is None:
        return True
    return since > months_before(on, exclusion.months)


def with_conflicts(change: EligibilityChanged, on: date) -> EligibilityChanged:
    """Return a change with the conflicts that it lists and those of the table on a day, each once.

    There are as many at most as a body may hold.
    """
    listed = {(each.programme, each.rule) for each in change.conflicts}
    computed = conflicts_of(change.programme, change.new, change.effective_on, on)
    more = tuple(each for each in computed if (each.programme, each.rule) not in listed)
    return change.model_copy(update={"conflicts": (*change.conflicts, *more)[:LIST_ITEMS_MAX]})


def standing_after(programme: str, outcome: Outcome) -> tuple[Standing, tuple[Conflict, ...]] | None:
    """Return what a referral's outcome says of the client's standing, where it rules something out.

    That is a benefit that was granted, and employment. The service of a client who has found work has ended.
    The allowance itself, ended by employment, rules out nothing further.
    """
    match outcome:
        case Outcome.BENEFIT_GRANTED:
            standing, conflicts = Standing.GRANTED, conflicts_of(programme, Standing.GRANTED)
        case Outcome.EMPLOYED if programme not in ALLOWANCE:
            standing, conflicts = Standing.ENDED, EMPLOYMENT_ENDS
        case _:
            return None
    return (standing, conflicts) if conflicts else None
