"""The issuer of one stack: its key and its JWKS in the state folder, and tokens for whoever runs it."""

from pathlib import Path

from ieum.access.callers import Role
from ieum.centre.issuer_key import JWKS_FILE, KEY_FILE, Account, IssuerKey, make_issuer, read_issuer_key
from ieum_contracts.address import Address


class StackIssuer:
    """Issues tokens. `url` is its name, and where its OIDC server listens when it runs."""

    def __init__(self, state: Path, url: str) -> None:
        self.folder = state / "issuer"
        self.url = url

    @property
    def jwks_file(self) -> Path:
        """The file with the public key; made with the key when it is asked for first."""
        make_issuer(self.folder, self.folder)
        return self.folder / JWKS_FILE

    def key(self) -> IssuerKey:
        """Return the signing key."""
        make_issuer(self.folder, self.folder)
        return read_issuer_key(self.folder / KEY_FILE, self.url)

    def token(
        self, address: Address, *roles: Role, subject: str | None = None, seconds: float = 3_600
    ) -> str:
        """Return a token of somebody at one agency."""
        account = Account(subject or f"{roles[0]}.{address.agency}", roles, [address.agency])
        return self.key().token(account, [str(address)], seconds)
