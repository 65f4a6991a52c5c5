"""Who speaks to whom: an agency is named by its centre and its own id."""

import re
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import StringConstraints

ID_PATTERN = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
ID_CHARACTERS_MAX = 40

CentreId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_CHARACTERS_MAX)]
AgencyId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_CHARACTERS_MAX)]
ProgrammeId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_CHARACTERS_MAX)]

_ADDRESS = re.compile(r"/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One agency of one centre; as text ``/yangju/employment-center`` (`ce_source`, `ce_recipient`)."""

    centre: str
    agency: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address from its text form; raises ValueError when it has another form."""
        match = _ADDRESS.fullmatch(text)
        if match is None or max(map(len, match.groups())) > ID_CHARACTERS_MAX:
            raise ValueError(
                "An address has the form /<centre>/<agency> in lower-case letters, digits, hyphens."
            )
        return cls(*match.groups())

    def __str__(self) -> str:
        """Write the address in its text form."""
        return f"/{self.centre}/{self.agency}"
