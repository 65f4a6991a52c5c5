"""Placeholders of a transcript: filled in what is said, bound and compared in what is heard."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import JsonValue
from uuid_utils.compat import uuid7

PLACEHOLDER = re.compile(r"\{([a-z]+(?::[0-9]+)?)\}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z")
OWN = frozenset({"due_at", "next_actions"})
"""Optional members that an implementation adds where the transcript has none."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Placeholders:
    """The values of one replay by the names of their placeholders."""

    def __init__(self, **values: str) -> None:
        self.values = values

    def fill(self, value: JsonValue) -> JsonValue:
        """Put values in the place of placeholders; an id that nobody has named yet is made."""
        if isinstance(value, dict):
            return {name: self.fill(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Fill one text."""
        return PLACEHOLDER.sub(lambda found: self._value(found[1]), text)

    def compare(self, expected: JsonValue, heard: JsonValue, place: str = "body") -> None:
        """Compare what was heard with what the transcript has, and bind placeholders that are new."""
        if isinstance(expected, dict):
            assert isinstance(heard, dict), place
            more = OWN - expected.keys()
            heard = {name: each for name, each in heard.items() if each != [] and name not in more}
            assert heard.keys() == expected.keys(), f"{place}: {sorted(heard)} for {sorted(expected)}"
            for name, each in expected.items():
                self.compare(each, heard[name], f"{place}.{name}")
        elif isinstance(expected, list):
            assert isinstance(heard, list), place
            if place.endswith(".heads"):  # heads of other streams may stand beside them
                heard = [each for each in heard if each in self._filled(expected)]
            assert len(heard) == len(expected), f"{place}: {heard}"
            for at, (each, found) in enumerate(zip(expected, heard, strict=True)):
                self.compare(each, found, f"{place}.{at}")
        elif isinstance(expected, str):
            self._compare_text(expected, heard, place)
        else:
            assert heard == expected, place

    def _compare_text(self, expected: str, heard: JsonValue, place: str) -> None:
        assert isinstance(heard, str), place
        name = PLACEHOLDER.fullmatch(expected)
        if expected == "{time}":
            assert TIME.fullmatch(heard), f"{place}: {heard}"
        elif expected == "{day}":
            assert DAY.fullmatch(heard), f"{place}: {heard}"
        elif name is not None and name[1] not in self.values:
            assert str(UUID(heard)) == heard, f"{place}: {heard}"
            self.values[name[1]] = heard
        else:
            assert heard == self.text(expected), place

    def _filled(self, expected: list[JsonValue]) -> list[JsonValue]:
        return [self.fill(each) for each in expected]

    def _value(self, name: str) -> str:
        now = datetime.now(UTC)
        match name:
            case "time":
                return now.isoformat().replace("+00:00", "Z")
            case "earlier":
                return (now - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
            case "day":
                return now.date().isoformat()
            case _:
                return self.values.setdefault(name, str(uuid7()))
