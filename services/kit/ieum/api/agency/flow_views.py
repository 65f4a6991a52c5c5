"""How the report of times to answer is written, as JSON and as rows of a table."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pydantic import BaseModel, Field

from ieum.api.agency.gaps_views import Definition
from ieum.casework.report_period import is_over, month_text
from ieum.casework.small_counts import SMALL_BELOW, fives_in
from ieum.delivery.streams.peers import Peers
from ieum.storage.flow_rows import Flow, Waiting
from ieum_contracts.address import Address


class StepTime(BaseModel):
    """After how long half and nine tenths had it; without `p90_minutes` fewer have it yet."""

    asked_at_least: int | None = Field(default=None, description="How many waited, in fives.")
    p50_minutes: int | None = None
    p90_minutes: int | None = None
    suppressed: bool = Field(description="Whether there are too few to tell anything.")


class EdgeFlow(BaseModel):
    """Time to answer from one agency to another, of what was asked in one month."""

    month: str = Field(description="The month in Seoul, 2026-07.")
    complete: bool
    sender: str
    recipient: str
    decision: StepTime
    acceptance: StepTime


class FlowReport(BaseModel):
    """How long answers take."""

    first_month: str
    last_month: str
    small_below: int = Field(description="Of fewer than this nothing is said.")
    definitions: list[Definition]
    edges: list[EdgeFlow]


def edges_of(flows: Iterable[Flow], me: Address, peers: Peers, now: datetime) -> Iterator[EdgeFlow]:
    """Write the times of each edge and month."""
    for each in flows:
        peer = peers.address(each.peer)
        sender, recipient = (peer, me) if each.recipient else (me, peer)
        yield EdgeFlow(
            month=month_text(each.month),
            complete=is_over(each.month, now),
            sender=str(sender),
            recipient=str(recipient),
            decision=_step(each.decision),
            acceptance=_step(each.acceptance),
        )


def _step(waiting: Waiting) -> StepTime:
    if waiting.asked < SMALL_BELOW:
        return StepTime(suppressed=True)
    return StepTime(
        asked_at_least=fives_in(waiting.asked),
        p50_minutes=waiting.p50_minutes,
        p90_minutes=waiting.p90_minutes,
        suppressed=False,
    )


FLOW_COLUMNS = (
    *("month", "complete", "sender", "recipient", "step"),
    *("asked_at_least", "p50_minutes", "p90_minutes", "suppressed"),
)


def flow_rows(edges: Iterable[EdgeFlow]) -> Iterator[tuple[object, ...]]:
    """Give a row for each step of each edge and month."""
    for edge in edges:
        place = (edge.month, edge.complete, edge.sender, edge.recipient)
        for step, it in (("decision", edge.decision), ("acceptance", edge.acceptance)):
            yield (*place, step, it.asked_at_least, it.p50_minutes, it.p90_minutes, it.suppressed)
