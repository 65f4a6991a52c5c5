"""The stories, told by real services.

People come to one desk and are handed over to another: a single parent in arrears, a soldier without a
pension, a mother who wants to learn a trade, a firm that looks for staff. Each is played by the agencies'
own systems over HTTP, against six processes, Kafka and PostgreSQL. A story holds when the play comes to its
end, when both sides of every referral say the same, and when nothing is left lying anywhere.
"""

import pytest

from ieum.api.agency.events import FeedEvent
from ieum_lab.simulator.agency_client import AgencyClient
from ieum_lab.simulator.simulated_centre import SimulatedCentre
from ieum_lab.simulator.stories import STORIES, Story
from tests.journeys.living import Living

pytestmark = pytest.mark.stack
ASKED_FIRST = frozenset(range(1, 11)) | {12}
"""Stories in which a worker asks, without a name, before somebody is referred."""
SEEN = {
    6: "followed the suggestion to employment-center in one call",
    7: "tried it out, and nothing was sent",
    12: "Due, as city-welfare-team sees it: waitlist-review by veterans-center",
    13: "tried it out, and nothing was sent",
}
"""What a story lets one see beside."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.number}-{story.play.__name__}")
async def test_a_story_comes_to_its_end(living: Living, simulated: SimulatedCentre, story: Story) -> None:
    before = await living.accounts()

    await story.play(simulated)

    after = await living.accounts()
    assert after.sentences == []
    assert sum(after.referrals.values()) > sum(before.referrals.values())
    noted = "\n".join(simulated.notes)
    assert (story.number in ASKED_FIRST) == ("without a name" in noted)
    assert SEEN.get(story.number, "") in noted


async def whole_feed(client: AgencyClient) -> list[FeedEvent]:
    """Read a feed from its beginning to its end; other tests of the same centre stand in it too."""
    events: list[FeedEvent] = []
    while page := (await client.events(events[-1].number if events else 0, wait_seconds=0)).events:
        events += page
    return events


async def test_in_the_stories_every_agency_sends_and_receives(
    living: Living, simulated: SimulatedCentre
) -> None:
    feeds = {agency: await whole_feed(client) for agency, client in simulated.clients.items()}

    for agency, feed in feeds.items():
        referred = {event.direction for event in feed if event.type == "referral.requested.v1"}
        assert referred == {"said", "heard"}, agency
    assert set(living.services) == set(feeds)


async def test_a_change_of_eligibility_travels_back_to_the_sender(simulated: SimulatedCentre) -> None:
    feed = await whole_feed(simulated.clients["employment-center"])

    changes = [event for event in feed if event.type == "eligibility.changed.v1"]
    heard = [event for event in changes if event.direction == "heard"]  # what it says is passed on to others
    assert heard
    assert "employment-support-1" in str(heard[0].data)


async def test_what_is_followed_goes_on_from_the_referral_that_was_redirected(
    simulated: SimulatedCentre,
) -> None:
    feed = await whole_feed(simulated.clients["city-job-center"])

    said = [event for event in feed if event.direction == "said" and event.type == "referral.requested.v1"]
    full = {str(event.key) for event in said if (event.data or {}).get("programme") == "women-training"}
    cards = [event.data or {} for event in said if (event.data or {}).get("programme") == "training-card"]
    (followed,) = [each for each in cards if each.get("parent") in full]
    assert followed["assessment"]


async def test_aftercare_is_told_to_the_sender_of_the_case(simulated: SimulatedCentre) -> None:
    feed = await whole_feed(simulated.clients["employment-center"])

    assert [event.data["found"] for event in feed if event.type == "case.followed-up.v1" and event.data]
