"""An issuer of a centre's own, where there is no other: one signing key, its JWKS, short-lived tokens."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import Field
from pydantic_core import from_json, to_json
from pydantic_settings import BaseSettings, SettingsConfigDict

from ieum.access.callers import Role
from ieum.centre.centre_file import CentreError

ALGORITHM = "ES256"
KEY_FILE = "key.json"
JWKS_FILE = "jwks.json"
TOKEN_SECONDS = 3_600


class IssuerSettings(BaseSettings):
    """The settings of an issuer of a centre's own; each field is the environment variable `IEUM_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="IEUM_", frozen=True, extra="ignore")

    centre: str = "yangju"
    token_issuer: str | None = None
    issuer_key_file: Path | None = Field(default=None, description="Its private key, made by `ieum issuer`.")


@dataclass(frozen=True, slots=True)
class Account:
    """Who a token is about: somebody of these agencies, or without any of the centre's operators."""

    subject: str
    roles: Sequence[Role]
    agencies: Sequence[str] = ()
    name: str | None = None

    @property
    def agency(self) -> str | list[str] | None:
        """The claim `agency`: one by its id, several as a list."""
        return self.agencies[0] if len(self.agencies) == 1 else list(self.agencies) or None


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """The key of an issuer, and the issuer's name as its tokens have it."""

    issuer: str
    key: ECKey

    def token(self, account: Account, audience: Sequence[str], seconds: float = TOKEN_SECONDS) -> str:
        """Return an access token for some agencies, given by their addresses."""
        about = {"roles": [str(role) for role in account.roles], "agency": account.agency}
        return self.signed({**about, "sub": account.subject, "name": account.name}, list(audience), seconds)

    def signed(self, claims: Mapping[str, object], audience: str | list[str], seconds: float) -> str:
        """Sign claims; those that are None are left out."""
        now = time.time()
        said = {name: value for name, value in claims.items() if value is not None}
        times = {"iat": int(now), "exp": int(now + seconds)}
        head = {"alg": ALGORITHM, "kid": str(self.key.kid), "typ": "JWT"}
        return jwt.encode(head, {**said, **times, "iss": self.issuer, "aud": audience}, self.key)


def make_issuer(key_folder: Path, jwks_folder: Path) -> None:
    """Make a signing key, unless there is one, and its JWKS; the private one is its owner's alone."""
    key_file, jwks_file = key_folder / KEY_FILE, jwks_folder / JWKS_FILE
    if not key_file.exists():
        key_folder.mkdir(parents=True, exist_ok=True)
        made = ECKey.generate_key("P-256", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        _write(key_file, to_json(made.as_dict(private=True)), 0o600)
    key = read_issuer_key(key_file, "").key
    if jwks_file.exists() and str(key.kid).encode() not in jwks_file.read_bytes():
        jwks_file.unlink()  # of a key that is gone: it would have every token refused
    if not jwks_file.exists():
        jwks_folder.mkdir(parents=True, exist_ok=True)
        _write(jwks_file, to_json({"keys": [key.as_dict(private=False)]}), 0o644)


def read_issuer_key(key_file: Path, issuer: str) -> IssuerKey:
    """Read a signing key; raises CentreError when its file holds none, OSError when there is no file."""
    [key] = KeySet.import_key_set({"keys": [from_json(key_file.read_bytes())]}).keys
    if not isinstance(key, ECKey) or not key.is_private:
        raise CentreError(f"{key_file} holds no signing key. Make one with `ieum issuer`.")
    return IssuerKey(issuer, key)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file as a whole; of two that make it at once, the first one's stays."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.link(scratch, path)
    except FileExistsError:
        pass
    finally:
        scratch.unlink()
