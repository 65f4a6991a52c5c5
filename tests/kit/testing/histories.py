"""Histories as hypothesis draws them: correct ones, with duplicates, batches and strangers in them."""

from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import strategies as st

from ieum_lab.testing.history import (
    Carried,
    Changed,
    Fact,
    Heard,
    HistoryStream,
    Injected,
    Parked,
    Quarantined,
    Said,
)

SIDES = ("/t/alpha", "/t/beta")
KEYS = ("k1", "k2", "k3")
FAMILIES = ("referral", "eligibility")


@dataclass
class Centre:
    """Two agencies that do everything right, and the facts of it."""

    facts: list[Fact] = field(default_factory=list)
    said: dict[HistoryStream, int] = field(default_factory=lambda: defaultdict(int))
    heard: dict[HistoryStream, int] = field(default_factory=lambda: defaultdict(int))
    versions: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    offsets: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    turn: int = 0

    def say(self, source: int, family: str, key: str) -> None:
        """Order something at one side: the other hears of it later."""
        stream = HistoryStream(SIDES[source], SIDES[1 - source], family, key)
        self.said[stream] += 1
        sequence = self.said[stream]
        cause = f"request-{len(self.facts)}"
        self.facts.append(
            Said(stream, sequence, digest_of(stream, sequence), "t.said.v1", cause, touches=(key,))
        )
        self.change(SIDES[source], key, 1)
        self.carry(stream, sequence)

    def carry(self, stream: HistoryStream, sequence: int) -> None:
        """Put a record into the mailbox, for the first time or again."""
        place = stream.recipient, stream.family
        self.facts.append(Carried(stream, sequence, digest_of(stream, sequence), 0, self.offsets[place]))
        self.offsets[place] += 1

    def hear(self, stream: HistoryStream, batch: int) -> None:
        """Take in what is next, several numbers in one change."""
        taken = min(batch, self.said[stream] - self.heard[stream])
        for _ in range(taken):
            self.heard[stream] += 1
            self.turn += 1
            sequence = self.heard[stream]
            digest = digest_of(stream, sequence)
            self.facts.append(
                Heard(stream, sequence, digest, "t.said.v1", order=self.turn, touches=(stream.key,))
            )
        if taken:
            self.change(stream.recipient, stream.key, taken)

    def change(self, at: str, key: str, by: int) -> None:
        """Change a thing's row once; its version counts what happened to it."""
        before = self.versions[at, key]
        self.versions[at, key] += by
        self.turn += 1
        self.facts.append(Changed(at, key, before, before + by, "open", self.turn))

    def inject(self, number: int, must: str) -> None:
        """Let a stranger write into alpha's mailbox, and alpha do with it what it must."""
        place = SIDES[0], FAMILIES[0]
        offset, digest = self.offsets[place], f"strange-{number}"
        self.offsets[place] += 1
        stream = HistoryStream("/t/beta", "/t/alpha", FAMILIES[0], f"strange-{number}")
        match must:
            case "quarantined":
                self.facts.append(Injected(*place, 0, offset, digest, "quarantined"))
                self.facts.append(Quarantined(*place, 0, offset, "place.partition"))
            case "refused":
                self.facts.append(Injected(*place, 0, offset, digest, "refused"))
                self.facts.append(Heard(stream, 1, digest, "t.x.v1", "refused", "body.not-json"))
            case _:
                self.facts.append(Injected(*place, 0, offset, digest, "parked"))
                self.facts.append(Parked(stream, 1, digest, "type.unknown"))

    def end(self) -> list[Fact]:
        """Let everything arrive."""
        for stream in list(self.said):
            self.hear(stream, self.said[stream])
        return self.facts


def digest_of(stream: HistoryStream, sequence: int) -> str:
    return f"{stream.source}{stream.family}{stream.key}{sequence}"


_STEP = st.tuples(
    st.sampled_from(("say", "say", "say", "hear", "again", "inject")),
    st.integers(0, 1),
    st.sampled_from(FAMILIES),
    st.sampled_from(KEYS),
    st.integers(1, 3),
)


@st.composite
def correct(draw: st.DrawFn) -> list[Fact]:
    """Draw a history in which at least two numbers of one stream were said, carried and heard."""
    centre = Centre()
    centre.say(0, FAMILIES[0], KEYS[0])
    centre.say(0, FAMILIES[0], KEYS[0])
    for number, (what, side, family, key, size) in enumerate(draw(st.lists(_STEP, max_size=30))):
        stream = HistoryStream(SIDES[side], SIDES[1 - side], family, key)
        match what:
            case "say":
                centre.say(side, family, key)
            case "hear":
                centre.hear(stream, size)
            case "again" if centre.said[stream] >= size:
                centre.carry(stream, size)
            case "inject":
                centre.inject(number, ("quarantined", "refused", "parked")[size - 1])
            case _:
                pass
    return centre.end()
