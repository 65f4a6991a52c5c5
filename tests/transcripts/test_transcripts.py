"""The transcripts are what our own agency says and hears, as sender and as recipient, on the real stack."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator
from uuid_utils.compat import uuid7

from ieum.delivery.limits import Limits
from ieum_contracts import envelope
from ieum_contracts.catalogue import dataschema_of, encode, type_of
from ieum_contracts.codes import AskType, Decision
from ieum_contracts.envelope import Envelope
from ieum_contracts.programme import ProgrammePublished
from ieum_contracts.topics import Family, topic_of
from ieum_lab.embedded.stack import Stack
from ieum_lab.testing.centre import Template, end_centre, new_centre
from tests.contracts.golden import CONTRACTS, read
from tests.restored.whole import Whole
from tests.transcripts.replaying import Replay, read_transcript
from tests.transcripts.stranger import Stranger
from tests.transcripts.worker import Worker

TRANSCRIPTS = sorted((CONTRACTS / "transcripts").glob("*.jsonl"))
OURS, THEIRS = "city-welfare-team", "housing-center"
OUR_PROGRAMME, THEIR_PROGRAMME = "welfare-counselling", "house-hunting"
REPLAYS = [(path, role) for path in TRANSCRIPTS for role in read_transcript(path)[0]["roles"]]


SHORT = Limits(gap_ticks=1, gap_age=timedelta(seconds=1))
"""A gap is told after a second instead of half a minute."""


@dataclass(frozen=True)
class Centre:
    """Our agency, and the stranger that it talks with."""

    agency: Whole
    stranger: Stranger


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def centre(stack: Stack, database_template: Template) -> AsyncIterator[Centre]:
    under_test = await new_centre(stack, database_template, (OURS, THEIRS))
    stranger, agency = Stranger(under_test.access(THEIRS)), Whole(under_test, OURS, SHORT)
    await stranger.start()
    await publish(stranger)
    await agency.start()
    yield Centre(agency, stranger)
    await agency.stop()
    await stranger.stop()
    await end_centre(under_test)


async def publish(stranger: Stranger) -> None:
    me = stranger.address
    names = {"name_ko": "집 찾기", "name_en": "House hunting"}
    body = ProgrammePublished.model_validate({"programme": THEIR_PROGRAMME, "version": 1, **names})
    key = f"programme:{THEIR_PROGRAMME}"
    event = Envelope(uuid7(), me, type_of(body), datetime.now(UTC), key, me, dataschema_of(body))
    await stranger.say(topic_of(me, Family.CATALOGUE), key, envelope.write(event), encode(body))


@pytest.mark.stack
@pytest.mark.parametrize(("path", "role"), REPLAYS, ids=lambda each: getattr(each, "stem", each))
async def test_our_agency_says_what_the_transcript_has(centre: Centre, path: Path, role: str) -> None:
    programme = OUR_PROGRAMME if role == "recipient" else THEIR_PROGRAMME
    replay = Replay(centre.stranger, Worker(centre.agency), role, OURS, programme)
    await replay.run(read_transcript(path)[1])


@pytest.mark.stack
async def test_a_line_that_our_agency_does_not_say_is_found(centre: Centre) -> None:
    head, lines = read_transcript(CONTRACTS / "transcripts" / "declined.jsonl")
    assert "recipient" in head["roles"]
    wrong = list(lines)
    wrong[1] = {**lines[1], "body": {"answers": ["{id:1}"]}}
    with pytest.raises(AssertionError, match="line 2 body"):
        await Replay(centre.stranger, Worker(centre.agency), "recipient", OURS, OUR_PROGRAMME).run(wrong)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_transcript_keeps_its_schema(path: Path) -> None:
    schema = read(CONTRACTS / "schemas" / "transcript-1.0.json")
    Draft202012Validator.check_schema(schema)
    head, lines = read_transcript(path)
    assert head["transcript"] == path.stem
    for at, line in enumerate((head, *lines)):
        Draft202012Validator(schema).validate(line)
        assert line.get("line", 0) == at
    assert not Draft202012Validator(schema).is_valid({**lines[0], "typo": 1})


def test_the_transcripts_show_every_decision_and_every_ask() -> None:
    said = {
        line["headers"]["ce_type"]
        for path in TRANSCRIPTS
        for line in read_transcript(path)[1]
        if "headers" in line
    }
    words = {str(each).removeprefix("referral.") for each in (*Decision, *AskType)}
    assert words <= {each.removesuffix(".v1").removeprefix("referral.") for each in said}
