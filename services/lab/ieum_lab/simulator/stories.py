"""The stories of the demonstration, in order; the number 11 is kept for withdrawal from a whole journey."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ieum_lab.simulator import stories_of_hardship as hardship
from ieum_lab.simulator import stories_of_waiting as waiting
from ieum_lab.simulator import stories_of_work as work
from ieum_lab.simulator.simulated_centre import SimulatedCentre


@dataclass(frozen=True, slots=True)
class Story:
    """One story: its number, its title, and the function that plays it."""

    number: int
    title: str
    play: Callable[[SimulatedCentre], Awaitable[None]]


STORIES: tuple[Story, ...] = (
    Story(1, "A jobless single parent in arrears", hardship.single_parent_in_arrears),
    Story(2, "A discharged NCO without a pension finds work", work.discharged_without_pension),
    Story(3, "A marriage immigrant leaves the sensitive line empty and is served", work.sensitive_line_empty),
    Story(4, "Arrears pass 90 days: case management with two goals", hardship.arrears_pass_90_days),
    Story(5, "A livelihood benefit is granted, so the allowance ends", hardship.livelihood_ends_allowance),
    Story(6, "Redirected for want of room, then accepted elsewhere", work.redirected_for_want_of_room),
    Story(7, "An employer with three vacancies, two filled at a job fair", work.employer_with_vacancies),
    Story(8, "A young veteran in debt", hardship.young_veteran_in_debt),
    Story(9, "Cancelled while it is being accepted", work.cancelled_while_being_accepted),
    Story(10, "An outcome is disputed, reopened once and closed", work.outcome_disputed),
    Story(12, "Nobody answers, the clock speaks, the sender goes elsewhere", waiting.nobody_answers),
    Story(13, "A full programme, and its waiting list moves", waiting.waiting_list_moves),
)
