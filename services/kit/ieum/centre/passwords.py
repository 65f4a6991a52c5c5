"""The passwords of the agencies: a file each, readable by its owner alone."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from ieum.centre.centre_file import CentreError

PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords, one folder per owner (a service gets only its own). An existing file is never changed."""

    folder: Path

    def path(self, owner: str, system: str) -> Path:
        """Return the path of an owner's password (`employment-center`, `kafka` or `database`)."""
        return self.folder / owner / system

    def read(self, owner: str, system: str) -> str | None:
        """Read a password; None when there is none yet."""
        with suppress(FileNotFoundError):
            return self.path(owner, system).read_text().strip() or None
        return None

    def read_or_make(self, owner: str, system: str) -> str:
        """Read a password, or generate and store one; raises CentreError when that fails."""
        known = self.read(owner, system)
        if known is not None:
            return known
        password = token_hex(PASSWORD_BYTES)
        path = self.path(owner, system)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(password)
        except OSError as error:
            raise CentreError(
                f"The password file {path} is missing and cannot be written ({error.strerror}); "
                "hand it in, or make the folder writable (IEUM_SECRETS_FOLDER)."
            ) from error
        return password
