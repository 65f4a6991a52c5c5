"""The token with which a command calls an agency: from the environment, else of the centre in this folder."""

import os
from pathlib import Path

from ieum.access.callers import Role
from ieum.cli.centres import names_centre
from ieum.cli.exits import CommandError, Exit
from ieum.cli.local_centre import find_local_centre

TOKEN_VARIABLE, FILE_VARIABLE = "IEUM_TOKEN", "IEUM_TOKEN_FILE"


def access_token(agency: str, role: Role) -> str:
    """Return a token for an agency in a role; raises CommandError when none is known."""
    told, file = os.environ.get(TOKEN_VARIABLE), os.environ.get(FILE_VARIABLE)
    if told or file:
        given = told or Path(str(file)).read_text(errors="replace")
        if not given.strip().isascii():
            raise CommandError(Exit.USAGE, f"{TOKEN_VARIABLE if told else file} holds no token.")
        return given.strip()
    local = None if names_centre() else find_local_centre()
    token = None if local is None else local.token(agency, role)
    if token is None:
        raise CommandError(
            Exit.USAGE,
            f"{agency} is called with a token: set {TOKEN_VARIABLE}, or {FILE_VARIABLE} to a file that holds "
            f"it. It needs the role {role}.",
        )
    return token


def authorization(agency: str, role: Role) -> dict[str, str]:
    """Return the header with which an agency is called."""
    return {"authorization": f"Bearer {access_token(agency, role)}"}
