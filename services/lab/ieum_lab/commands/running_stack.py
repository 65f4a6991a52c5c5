"""The embedded stack of this folder, when it runs, as a local centre for the kit's commands."""

import getpass
import json
import os
from collections.abc import Mapping
from pathlib import Path

from ieum.access.callers import Role
from ieum.centre.centre_file import read_centre
from ieum.centre.centre_settings import CentreSettings
from ieum.centre.issuer_key import IssuerKey
from ieum.cli.centres import access_to, centre_of
from ieum.cli.exits import CommandError, Exit
from ieum_contracts.address import Address
from ieum_lab.embedded.administrator import admin_settings
from ieum_lab.embedded.demonstration_time import kept_time
from ieum_lab.embedded.ports import LOOPBACK
from ieum_lab.embedded.processes import kept_port
from ieum_lab.embedded.stack import Stack, state_folder


def running_stack() -> Stack:
    """Return the stack of this folder (or of IEUM_STATE); raises CommandError when it does not run."""
    stack = Stack()
    if not stack.is_running:
        raise CommandError(
            Exit.UNREACHABLE,
            f"No stack runs with the state folder {stack.state.folder}. Start one with `ieum stack up`, or "
            "name your servers by IEUM_DATABASE_ADMIN_DSN, IEUM_KAFKA_BOOTSTRAP and their passwords.",
        )
    return stack


class EmbeddedCentre:
    """The centre on the embedded stack of this folder; a `LocalCentre` of the kit."""

    def admin_settings(self) -> CentreSettings:
        """Return the administrator's settings of the stack that runs here."""
        return admin_settings(running_stack())

    def agency_environment(self, agency: str) -> Mapping[str, str]:
        """Return the settings of an agency's service on the embedded stack, as environment variables."""
        stack = running_stack()
        settings = admin_settings(stack)
        access = access_to(centre_of(settings), settings, agency)
        port = os.environ.get("IEUM_HTTP_PORT") or str(kept_port(stack.state, agency))
        return {**access.environment(), **kept_time(stack.state), "IEUM_HTTP_PORT": port}

    def agency_urls(self) -> Mapping[str, str]:
        """Map agencies to the addresses where their services listen, or listened last."""
        path = state_folder() / "services.json"
        ports: dict[str, int] = json.loads(path.read_bytes()) if path.exists() else {}
        return {agency: f"http://{LOOPBACK}:{port}" for agency, port in ports.items()}

    def token(self, agency: str, role: Role) -> str | None:
        """Return a token for an agency of the stack of this folder; None where no stack was ever started."""
        stack = Stack()
        if stack.state.read() is None:
            return None
        return stack.issuer.token(Address(_centre(), agency), role, subject=_account(role))

    def issuer(self) -> tuple[IssuerKey, str]:
        """Return the signing key of the stack of this folder, and the id of its centre."""
        stack = Stack()
        if stack.state.read() is None:
            raise CommandError(
                Exit.UNREACHABLE,
                f"No stack was ever started in {stack.state.folder}, so there is no issuer.",
            )
        return stack.issuer.key(), _centre()


def _centre() -> str:
    return read_centre(Path(os.environ.get("IEUM_CENTRE_FILE") or "infra/centre.toml")).centre


def _account(role: Role) -> str:
    """Name who uses the commands of this machine, as the access log shows it."""
    return f"{role}.{getpass.getuser()}"


EMBEDDED_CENTRE = EmbeddedCentre()
