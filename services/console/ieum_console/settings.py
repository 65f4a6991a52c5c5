"""The settings of the console: its own database, and the operators' login at the broker."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from ieum.settings import JWKS_URL, ServerSettings


class ConsoleSettings(ServerSettings):
    """The console of one centre; each field is the environment variable `IEUM_<FIELD>`."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8090, ge=0, le=65535)

    token_issuer: str | None = Field(
        default=None, description="`iss` of the tokens with which `/metrics` is read; none are taken without."
    )
    token_jwks_file: Path | None = None
    token_jwks_url: str | None = Field(default=None, pattern=JWKS_URL)
    jwt_algorithm: Literal["ES256", "RS256", "PS256", "Ed25519"] = "ES256"
