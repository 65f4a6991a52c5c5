"""Drives a referral from requested to closed by the client that was generated in Python."""

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from ieum_client import AuthenticatedClient, models
from ieum_client.api.events import follow_events
from ieum_client.api.programmes import list_programmes
from ieum_client.api.referrals import ask_recipient, create_referral, decide_referral, read_referral

SECONDS_MAX = 30
WAIT_SECONDS = 2.0
PAUSE_SECONDS = 0.1


def main(urls: list[str], agency: str, programme: str, tokens: list[str]) -> None:
    """Tell the whole story; an answer that is not as it should be ends it with AssertionError."""
    sender, recipient = (
        AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)
        for url, token in zip(urls, tokens, strict=True)
    )
    known = good(list_programmes.sync_detailed(client=sender, agency=agency), 200)
    offered = next(each for each in known.programmes if each.programme.programme == programme)
    assert offered.programme.version > 2**31
    order = order_for(agency, offered.agency, programme)
    key = str(uuid4())
    made = create_referral.sync_detailed(client=sender, body=order, idempotency_key=key)
    referral = good(made, 201).id
    assert made.headers["location"] == f"/v1/referrals/{referral}"
    again = create_referral.sync_detailed(client=sender, body=order, idempotency_key=key)
    assert good(again, 201).id == referral
    assert again.headers["idempotent-replayed"] == "true"
    refused(create_referral.sync_detailed(client=sender, body=order, idempotency_key=str(uuid4())), referral)
    decide_all(recipient, referral)
    wait_for(sender, referral, models.State.COMPLETED)
    ask = models.AnswerOutcome(ask=models.AnswerOutcomeAsk.OUTCOME_ACKNOWLEDGED)
    good(ask_recipient.sync_detailed(referral, client=sender, body=ask, idempotency_key=str(uuid4())), 200)
    wait_for(recipient, referral, models.State.CLOSED)
    closed = wait_for(sender, referral, models.State.CLOSED)
    assert closed.closed_as == models.ClosedAs.COMPLETED
    assert closed.outcome == models.Outcome.SERVICE_PROVIDED
    follow_until(sender, referral, "referral.closed.v1")


def decide_all(recipient: AuthenticatedClient, referral: UUID) -> None:
    """Accept, start and complete it, each on the version that was read."""
    soon = datetime.now(UTC) + timedelta(days=1)
    appointment = models.Appointment(at=soon, place="2층 상담실", bring=[models.Document.INCOME_PROOF])
    standing = wait_for(recipient, referral, models.State.RECEIVED)
    for body in (
        models.Accept(decision="accepted", contact_by=soon, appointment=appointment),
        models.Start(decision="started"),
        models.Complete(
            decision="completed",
            outcome=models.Outcome.SERVICE_PROVIDED,
            goals=[models.GoalMet(goal=models.Goal.INCOME_SECURED, met=True)],
        ),
    ):
        assert body.decision in standing.allowed
        decided = decide_referral.sync_detailed(
            referral,
            client=recipient,
            body=body,
            idempotency_key=str(uuid4()),
            if_match=f'"{standing.version}"',
        )
        assert decided.headers["etag"] == f'"{good(decided, 200).version}"'
        standing = decided.parsed
    stale = decide_referral.sync_detailed(
        referral, client=recipient, body=body, idempotency_key=str(uuid4()), if_match='"1"'
    )
    assert stale.status_code == 412
    assert isinstance(stale.parsed, models.Problem)
    assert stale.parsed.version == standing.version


def order_for(agency: str, address: str, programme: str) -> models.ReferralOrder:
    """Make an order for a made-up client that nobody has referred before."""
    size = models.FactHouseholdSize(value=2, source=models.FactSource.STATED)
    income = models.FactWon(value=3_000_000_000, source=models.FactSource.STATED)
    consent = models.ConsentArtefact(
        id=uuid4(),
        recipient=address,
        purpose=programme,
        items=["client.name", "contact.phone", "circumstances.household_size"],
        retention_days=365,
        refusal_text="동의를 거부할 수 있습니다.",
        refusal_text_version="2026-01",
        agreed=[models.ConsentLine.PROVISION],
        method=models.ConsentMethod.TABLET,
        given_at=datetime.now(UTC) - timedelta(hours=1),
        evidence_sha256="0" * 64,
    )
    return models.ReferralOrder(
        recipient=agency,
        client_ref=f"PY-{uuid4().hex[:12]}",
        subject=models.SubjectKind.PERSON,
        programme=programme,
        hand_over=models.HandOver.RECIPIENT_CONTACTS,
        goals=[models.Goal.INCOME_SECURED],
        sealed=models.ReferralDetails(
            client=models.ClientDetails(name="가나다 시험"),
            contact=models.Contact(safe_to_call=True, phone="010-0000-0000"),
            circumstances=models.Circumstances(household_size=size, household_assets=income),
            consent=consent,
        ),
    )


def refused(answer: Any, referral: UUID) -> None:
    """Hold the answer to a second referral of the same client: a problem that names the first."""
    assert answer.status_code == 409
    assert isinstance(answer.parsed, models.Problem)
    assert answer.parsed.type_ == "urn:ieum:problem:duplicate"
    assert answer.parsed.referral == referral


def good(answer: Any, status: int) -> Any:
    """Give what was answered; a problem ends the story."""
    assert answer.status_code == status, answer.content.decode()
    assert not isinstance(answer.parsed, models.Problem)
    return answer.parsed


def wait_for(client: AuthenticatedClient, referral: UUID, state: models.State) -> Any:
    """Read a referral until it has a state at an agency."""
    until = time.monotonic() + SECONDS_MAX
    while time.monotonic() < until:
        read = read_referral.sync_detailed(referral, client=client)
        if read.status_code != 404 and good(read, 200).state == state:
            return read.parsed
        time.sleep(PAUSE_SECONDS)
    raise AssertionError(f"The referral was not {state} within {SECONDS_MAX} s.")


def follow_until(client: AuthenticatedClient, referral: UUID, event_type: str) -> None:
    """Follow the events of an agency, page by page, until one of a referral comes."""
    until = time.monotonic() + SECONDS_MAX
    after = "0"
    while time.monotonic() < until:
        page = good(follow_events.sync_detailed(client=client, after=after, wait=WAIT_SECONDS), 200)
        if any(event.key == referral and event.type_ == event_type for event in page.events):
            return
        after = page.next_
    raise AssertionError(f"No event {event_type} came within {SECONDS_MAX} s.")


if __name__ == "__main__":
    main(sys.argv[1:3], sys.argv[3], sys.argv[4], sys.argv[5:7])
