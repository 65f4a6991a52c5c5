"""The issuer's public keys, by their `kid`: read from its JWKS, a file or a URL, and from nowhere else."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from pydantic_core import from_json

READ_SECONDS_MIN = 10.0
"""An unknown `kid` has the JWKS read again, but no oftener than this, whoever sends how many."""
READ_SECONDS_MAX = 300.0
"""Read again after this: a key that the issuer has withdrawn is gone within five minutes."""
JWKS_BYTES_MAX = 65_536
JWKS_KEYS_MAX = 32

ReadJwks = Callable[[], Awaitable[bytes]]
_ASYMMETRIC = (ECKey, OKPKey, RSAKey)
_log = structlog.get_logger("ieum.access")


class TrustedKeys:
    """The keys as last read. `real` returns monotonic seconds."""

    def __init__(self, read: ReadJwks, real: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._real = real
        self._keys: Mapping[str, Key] = {}
        self._tried = -READ_SECONDS_MAX
        self._reading = asyncio.Lock()
        self.unread = False
        """Whether the last reading failed: a key that is not known may be good."""

    async def key(self, kid: str) -> Key | None:
        """Return the key of this name, reading the JWKS again when it is due; None for an unknown one."""
        known = kid in self._keys
        if not known or self.is_due:
            async with self._reading:  # who comes while it is read waits for what is found
                if self._real() - self._tried >= (READ_SECONDS_MAX if known else READ_SECONDS_MIN):
                    await self._read_again()
        return self._keys.get(kid)

    def holds(self, kid: str) -> bool:
        """Whether a key of this name was there when the JWKS was last read."""
        return kid in self._keys

    @property
    def is_due(self) -> bool:
        """Whether the keys are to be read again."""
        return self._real() - self._tried >= READ_SECONDS_MAX

    async def _read_again(self) -> None:
        self._tried = self._real()
        try:
            self._keys, self.unread = _keys_of(await self._read()), False
        except (OSError, ValueError, JoseError) as error:
            self.unread = True
            _log.warning("access.keys-unread", error=type(error).__name__, keys=len(self._keys))


def read_file(path: Path) -> ReadJwks:
    """Return what reads the JWKS from a file."""

    async def read() -> bytes:
        return await asyncio.to_thread(path.read_bytes)

    return read


def _keys_of(jwks: bytes) -> Mapping[str, Key]:
    if len(jwks) > JWKS_BYTES_MAX:
        raise ValueError("The JWKS is too large.")
    return {key.kid: key for key in verifying_keys(from_json(jwks)) if key.kid}


def verifying_keys(jwks: object) -> Sequence[Key]:
    """Return the keys that can verify; secret, malformed and strange ones and those for encryption cannot."""
    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    keys: list[Key] = []
    for each in listed[:JWKS_KEYS_MAX] if isinstance(listed, list) else ():
        with suppress(JoseError, ValueError, KeyError, TypeError):
            [key] = KeySet.import_key_set({"keys": [each]}).keys
            if isinstance(key, _ASYMMETRIC) and each.get("use", "sig") == "sig":
                keys.append(key)
    if not keys:
        raise ValueError("The JWKS has no key that can verify.")
    return keys
