"""One referral is one trace, over both agencies and Kafka, and says nothing of its client."""

from collections import Counter
from collections.abc import Sequence
from uuid import uuid4

import pytest

from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.kit.api.referring import MARKS, referral_order
from tests.kit.collector import Collector, Seen, collector
from tests.restored.whole import Whole, comes

pytestmark = pytest.mark.stack
SENDER, RECIPIENT = "employment-center", "city-welfare-team"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE, ABOVE = PARENT.split("-")[1:3]
SAID = {
    *("http.route", "ieum.outcome", "ieum.event.type", "ieum.sender", "ieum.recipient"),
    *("messaging.system", "messaging.message.id", "messaging.destination.name"),
}
PRODUCER, CONSUMER = 4, 5


async def referred(stack: Stack, template: Template, found: Collector, *, traced: Sequence[str]) -> str:
    """Refer somebody, wait until the sender has heard that it is received, and end both agencies."""
    centre = await new_centre(stack, template, (SENDER, RECIPIENT))
    sides = [Whole(centre, agency) for agency in (SENDER, RECIPIENT)]
    sender, recipient = sides
    for side in sides:
        if side.address.agency in traced:
            side.settings = side.settings.model_copy(update={"traces_url": found.url})
    await recipient.start(programmes=0)
    await sender.start()
    order = referral_order(recipient.address)
    headers = {"idempotency-key": str(uuid4()), "traceparent": PARENT}
    answer = await sender.http.post("/v1/referrals", json=order, headers=headers)
    assert answer.status_code == 201, answer.text
    referral: str = answer.json()["id"]

    async def received() -> bool:
        return await sender.state(referral) == "received"

    await comes(received)
    for side in sides:
        await side.stop()  # and with it the last spans are sent
    assert found.raw
    assert order["client_ref"].encode() not in found.raw
    await end_centre(centre)
    return referral


def one(spans: Sequence[Seen], service: str, name: str, event: str) -> Seen:
    """Return the span of this step and type of event; of an order, which has no event yet, by its route."""
    kind = "http.route" if name == "order" else "ieum.event.type"
    [span] = [
        each
        for each in spans
        if (each.service, each.name) == (service, name) and each.attributes[kind].startswith(event)
    ]
    return span


async def test_one_referral_is_one_trace_over_both_agencies(
    stack: Stack, database_template: Template
) -> None:
    with collector() as found:
        referral = await referred(stack, database_template, found, traced=(SENDER, RECIPIENT))
    spans = [each for each in found.spans if each.trace == TRACE]
    order = one(spans, SENDER, "order", "/v1/referrals")
    relay = one(spans, SENDER, "relay", "referral.requested")
    record = one(spans, RECIPIENT, "record", "referral.requested")
    fold = one(spans, RECIPIENT, "fold", "referral.requested")
    answers = {each.span: each for each in spans if (each.service, each.name) == (RECIPIENT, "answer")}
    back = one(spans, RECIPIENT, "relay", "referral.received")
    heard = one(spans, SENDER, "record", "referral.received")
    known = one(spans, SENDER, "fold", "referral.received")
    assert order.parent == ABOVE
    assert relay.parent == record.parent == order.span
    assert fold.parent == record.span
    assert {each.parent for each in answers.values()} == {fold.span}
    assert back.parent == heard.parent
    assert answers[back.parent].attributes["ieum.outcome"] == "committed"
    assert known.parent == heard.span
    assert (relay.kind, record.kind) == (PRODUCER, CONSUMER)
    assert relay.attributes["messaging.message.id"] == record.attributes["messaging.message.id"]
    assert order.began <= relay.ended <= record.ended
    assert record.began <= fold.began <= fold.ended <= record.ended
    assert fold.attributes["ieum.outcome"] == "applied"
    for name in ("order", "relay", "record", "fold", "answer"):
        assert Counter(each.name for each in spans)[name] > 0
    assert {key for each in found.spans for key in each.attributes} <= SAID
    for mark in (*MARKS, referral):
        assert mark.encode() not in found.raw


async def test_an_agency_without_traces_passes_them_on(stack: Stack, database_template: Template) -> None:
    with collector() as found:
        await referred(stack, database_template, found, traced=(SENDER,))
    spans = [each for each in found.spans if each.trace == TRACE]
    order = one(spans, SENDER, "order", "/v1/referrals")
    assert one(spans, SENDER, "relay", "referral.requested").parent == order.span
    assert one(spans, SENDER, "record", "referral.received").parent == order.span
    assert {each.service for each in spans} == {SENDER}
