"""A mutant: one small break of the product, and the tests that have to notice it."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SOURCE = Path("services/kit/ieum")
"""Where the files of mutants lie, from the root of the repository."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`before` stands exactly once in `file` and is exchanged for `after`; one of `tests` has to fail then.

    `survives` says why no test can notice it, where that is so: the promise is kept by something else.
    """

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    survives: str = ""

    @property
    def path(self) -> Path:
        """Its file, from the root of the repository."""
        return SOURCE / self.file

    def of(self, text: str) -> str:
        """Return a file's text with this break; raises LookupError when it does not read as expected."""
        if text.count(self.before) != 1:
            raise LookupError(f"{self.file} has not exactly once what {self.name!r} changes: {self.before!r}")
        return text.replace(self.before, self.after)


def delivery(name: str) -> str:
    """Return the path of a file of delivery's tests."""
    return f"tests/kit/delivery/{name}.py"


def casework(name: str) -> str:
    """Return the path of a file of casework's tests."""
    return f"tests/kit/casework/{name}.py"
