"""A transcript: a conversation about one referral, line by line, to be replayed to an implementation."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter

from ieum_contracts.lifecycle import Mover
from ieum_contracts.model import Model
from ieum_contracts.story.referral import Told
from ieum_contracts.story.telling import REQUEST, Message

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_PATH = "schemas/transcript-1.0.json"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CENTRE = re.compile(r"^(/?)centre([./])")
_SIDE = re.compile(r"(?<={centre}[/.])(sender|recipient)\b")


class Role(StrEnum):
    """Which part of a referral an agency plays."""

    SENDER = "sender"
    RECIPIENT = "recipient"


class Head(Model):
    """The first line of a transcript: what it shows, and in which roles an agency can be tried by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transcript: Annotated[str, Field(description="Its name, that of the file.")]
    about: Annotated[str, Field(description="What it shows.")]
    roles: Annotated[tuple[Role, ...], Field(min_length=1, description="Roles that can be tried by it.")]


class Line(Model):
    """One record, in the order in which records arrive; placeholders stand in braces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: Annotated[int, Field(ge=1, description="Number of the line.")]
    role: Annotated[Role, Field(description="Who says it; the other one hears it.")]
    by: Annotated[Mover, Field(description="The system by itself, a worker (make yours do it), or a clock.")]
    expect: Annotated[
        tuple[int, ...], Field(description="Lines that the other one says because of this one.")
    ] = ()
    again: Annotated[int | None, Field(description="The very record of this line, once more.")] = None
    optional: Annotated[bool, Field(description="An agency without cases does not say it.")] = False
    after_seconds: Annotated[
        int | None, Field(description="So long the one who says it waits, at the least.")
    ] = None
    topic: Annotated[str, Field(description="The topic.")]
    key: Annotated[str, Field(description="The record key.")]
    headers: Annotated[
        Mapping[str, str] | None, Field(description="Headers that count; absent when said again.")
    ] = None
    body: Annotated[
        Mapping[str, JsonValue] | None, Field(description="The body; absent when said again.")
    ] = None


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a conversation, and what the transcript says beside it."""

    message: Message
    because: Message | None = None
    again: bool = False
    optional: bool = False
    after_seconds: int | None = None


@dataclass(frozen=True)
class Transcript:
    """A conversation about one referral; `names` are further ids that stand in it."""

    name: str
    about: str
    told: Told
    said: Sequence[Said]
    roles: tuple[Role, ...] = (Role.SENDER, Role.RECIPIENT)
    names: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Write it as JSON lines."""
        head = Head(transcript=self.name, about=self.about, roles=self.roles)
        return "".join(
            json.dumps(each.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"
            for each in (head, *self._lines())
        )

    def _lines(self) -> Iterator[Line]:
        places = {each.message.envelope.id: at for at, each in enumerate(self.said, 1) if not each.again}
        for at, each in enumerate(self.said, 1):
            event = each.message.envelope
            role = Role.SENDER if event.source == self.told.sender else Role.RECIPIENT
            known = {
                "line": at,
                "role": role,
                "by": each.message.by,
                "expect": self._expected(each),
                "optional": each.optional,
                "after_seconds": each.after_seconds,
                "topic": self._named(each.message.topic),
                "key": self._named(event.subject),
            }
            if each.again:
                yield Line.model_validate({**known, "again": places[event.id]})
            else:
                said = {"headers": self._headers(each.message), "body": self._body(each.message)}
                yield Line.model_validate({**known, **said})

    def _expected(self, said: Said) -> list[int]:
        message = said.message
        caused = [
            at
            for at, each in enumerate(self.said, 1)
            if not each.again and each.message.envelope.causation == str(message.envelope.id)
        ]
        asked = [at for at, each in enumerate(self.said, 1) if each.because is message]
        return [] if said.again else sorted({*caused, *asked})

    def _headers(self, message: Message) -> dict[str, str]:
        """Give the headers; a worker's request is named by no other implementation."""
        headers = {name: self._named(value.decode()) for name, value in message.headers}
        if headers.get("ce_causation", "").startswith(REQUEST):
            del headers["ce_causation"]
        return headers

    def _body(self, message: Message) -> JsonValue:
        """Give the body without lists that are empty: absent is the same."""
        return self._value(json.loads(message.body))

    def _value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {name: self._value(each) for name, each in value.items() if each != []}
        if isinstance(value, list):
            return [self._value(each) for each in value]
        return self._named(value) if isinstance(value, str) else value

    def _named(self, text: str) -> str:
        """Put a placeholder in the place of what is another at each replay."""
        if text in self._placeholders:
            return self._placeholders[text]
        if _TIME.fullmatch(text):
            return "{time}"
        if _DAY.fullmatch(text):
            return "{day}"
        return _SIDE.sub(r"{\1}", _CENTRE.sub(r"\1{centre}\2", text))

    @property
    def _placeholders(self) -> Mapping[str, str]:
        known: dict[str, str] = {str(self.told.id): "{referral}", str(self.told.journey): "{journey}"}
        if self.told.case is not None:
            known[str(self.told.case)] = "{case}"
        for at, each in enumerate(self.said, 1):
            if not each.again:
                known[str(each.message.envelope.id)] = f"{{id:{at}}}"
                known[each.message.digest] = f"{{digest:{at}}}"
        return {**known, **{value: f"{{{name}}}" for name, value in self.names.items()}}


def transcript_schema() -> Mapping[str, object]:
    """Make the JSON Schema of a transcript's lines."""
    made: dict[str, object] = TypeAdapter(Head | Line).json_schema()
    about = {"$schema": DIALECT, "$id": "urn:ieum:transcript:1.0", "title": "Transcript"}
    return {**about, "description": "One line of a transcript; the first one is its head.", **made}
