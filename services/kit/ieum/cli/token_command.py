"""`ieum token` and `ieum issuer`: tokens of the centre in this folder, or of a key of its own elsewhere."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ieum.access.callers import Role
from ieum.centre.issuer_key import Account, IssuerKey, IssuerSettings, make_issuer, read_issuer_key
from ieum.cli.exits import CommandError, Exit
from ieum.cli.local_centre import local_centre
from ieum.cli.output import tell, write_line
from ieum_contracts.address import Address

MINUTES = 60
MINUTES_MAX = 12 * 60


def add_token(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("token")(token)


def add_issuer(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("issuer")(issuer)


def token(
    *,
    agency: Annotated[list[str], typer.Option(help="Agency that is to be called; may be given again.")],
    role: Annotated[list[Role], typer.Option(help="Role; may be given again.")],
    name: Annotated[str | None, typer.Option("--as", help="Account, as it stands in the access log.")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=MINUTES_MAX, help="How long it lasts.")] = MINUTES,
) -> None:
    """Print a token for an agency's API: the embedded stack's, or by IEUM_ISSUER_KEY_FILE another's."""
    key, centre = _issuer()
    account = Account(name or f"{role[0]}.{agency[0]}", role, agency)
    write_line(key.token(account, [str(Address(centre, each)) for each in agency], 60 * minutes))


def issuer(
    key_folder: Annotated[Path, typer.Argument(metavar="KEY_FOLDER", help="Where the private key lies.")],
    jwks_folder: Annotated[Path, typer.Argument(metavar="JWKS_FOLDER", help="Where the public key lies.")],
) -> None:
    """Make a signing key and its JWKS for a centre without another issuer; a key that is there stays."""
    make_issuer(key_folder, jwks_folder)
    tell(f"The signing key is in {key_folder}, its public half in {jwks_folder}.")


def _issuer() -> tuple[IssuerKey, str]:
    settings = IssuerSettings()
    if settings.issuer_key_file is None and settings.token_issuer is None:
        return local_centre().issuer()
    if settings.issuer_key_file is None or settings.token_issuer is None:
        raise CommandError(
            Exit.USAGE, "Set both IEUM_ISSUER_KEY_FILE, the signing key, and IEUM_TOKEN_ISSUER, its name."
        )
    if not os.access(settings.issuer_key_file, os.R_OK):
        raise CommandError(Exit.USAGE, f"{settings.issuer_key_file} cannot be read.")
    return read_issuer_key(settings.issuer_key_file, settings.token_issuer), settings.centre
