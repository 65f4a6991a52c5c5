"""Who is signed in: rows under the digest of a cookie, so that the table opens no session by itself.

The window's own migrations make the tables `web_session` and `sign_in_attempt`; the console's are the model.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Connection
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

COOKIE_BYTES = 32
NONCE_BYTES = 12
IDLE_MAX = timedelta(minutes=30)
LIFE_MAX = timedelta(hours=10)
SEEN_EVERY = timedelta(minutes=1)
ATTEMPT_MAX = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Person:
    """Who has signed in, as the issuer says; `agency` is None for somebody of no single agency."""

    subject: str
    name: str
    roles: frozenset[str]
    agency: str | None
    token: str
    token_expires_at: datetime
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What has to come back from the issuer, and where the person wanted to go."""

    state: str
    nonce: str
    verifier: str
    next_path: str


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(b"session:" + cookie.encode()).digest()


def _sealer(cookie: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"token:" + cookie.encode()).digest())


OPEN = """
insert into web_session (digest, subject, name, roles, agency, sealed_token, token_expires_at,
    authenticated_at, seen_at, ends_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
DELETE_ENDED = "delete from web_session where ends_at < $1 or seen_at < $2"


async def open_session(connection: Connection, person: Person, now: datetime) -> str:
    """Begin a session, under a cookie that nobody has seen before, and forget those that have ended."""
    cookie = secrets.token_urlsafe(COOKIE_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + _sealer(cookie).encrypt(nonce, person.token.encode(), None)
    await connection.execute(DELETE_ENDED, now, now - IDLE_MAX)
    await connection.execute(
        OPEN,
        _digest(cookie),
        person.subject,
        person.name,
        sorted(person.roles),
        person.agency,
        sealed,
        person.token_expires_at,
        person.authenticated_at,
        now,
        now + LIFE_MAX,
    )
    return cookie


READ = """
select subject, name, roles, agency, sealed_token, token_expires_at, authenticated_at, seen_at
from web_session where digest = $1 and ends_at > $2 and seen_at > $3
"""
SEEN = "update web_session set seen_at = $2 where digest = $1"


async def read_session(
    connection: Connection, cookie: str | None, now: datetime, *, uses: bool = True
) -> Person | None:
    """Return who a cookie stands for; None where it stands for nobody, or its time is over.

    `uses` says that a person did something: what a page fetches by itself keeps no session alive.
    """
    if not cookie:
        return None
    row = await connection.fetchrow(READ, _digest(cookie), now, now - IDLE_MAX)
    if row is None:
        return None
    if uses and now - row["seen_at"] > SEEN_EVERY:
        await connection.execute(SEEN, _digest(cookie), now)
    sealed: bytes = row["sealed_token"]
    try:
        token = _sealer(cookie).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()
    except InvalidTag:
        return None
    roles: Sequence[str] = row["roles"]
    return Person(
        row["subject"],
        row["name"],
        frozenset(roles),
        row["agency"],
        token,
        row["token_expires_at"],
        row["authenticated_at"],
    )


END = "delete from web_session where digest = $1"


async def end_session(connection: Connection, cookie: str | None) -> None:
    """End a session; its cookie opens nothing afterwards."""
    if cookie:
        await connection.execute(END, _digest(cookie))


BEGIN = """
insert into sign_in_attempt (digest, state, nonce, verifier, next_path, started_at)
values ($1, $2, $3, $4, $5, $6)
"""
DELETE_OLD = "delete from sign_in_attempt where started_at < $1"


async def begin_attempt(connection: Connection, attempt: SignInAttempt, now: datetime) -> str:
    """Remember what was sent to the issuer; returns the cookie of the browser that has to come back."""
    cookie = secrets.token_urlsafe(COOKIE_BYTES)
    await connection.execute(DELETE_OLD, now - ATTEMPT_MAX)
    await connection.execute(
        BEGIN, _digest(cookie), attempt.state, attempt.nonce, attempt.verifier, attempt.next_path, now
    )
    return cookie


TAKE = """
delete from sign_in_attempt where digest = $1 and started_at > $2 returning state, nonce, verifier, next_path
"""


async def take_attempt(connection: Connection, cookie: str | None, now: datetime) -> SignInAttempt | None:
    """Return an attempt once; None where the browser began none, or too long ago."""
    if not cookie:
        return None
    row = await connection.fetchrow(TAKE, _digest(cookie), now - ATTEMPT_MAX)
    return None if row is None else SignInAttempt(**dict(row))
