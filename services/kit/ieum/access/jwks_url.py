"""The issuer's JWKS from a URL; in a module of its own, for who reads a file needs no HTTP client."""

import asyncio

import httpx

from ieum.access.trusted_keys import JWKS_BYTES_MAX, ReadJwks

FETCH_SECONDS_MAX = 3.0


def read_url(url: str, seconds_max: float = FETCH_SECONDS_MAX) -> ReadJwks:
    """Return what reads the JWKS from a URL; no redirect is followed, and no more is read than is taken."""

    async def read() -> bytes:
        try:
            async with (
                asyncio.timeout(seconds_max),  # httpx's own is for each read, and there may be many
                httpx.AsyncClient(timeout=seconds_max, trust_env=False) as client,
                client.stream("GET", url) as answer,
            ):
                if not answer.is_success:
                    raise OSError(f"status {answer.status_code}")
                return await content_of(answer, JWKS_BYTES_MAX)
        except httpx.HTTPError as error:
            raise OSError(type(error).__name__) from None

    return read


async def content_of(answer: httpx.Response, bytes_max: int) -> bytes:
    """Read the body of an answer; raises ValueError as soon as there is more of it."""
    content = bytearray()
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > bytes_max:
            raise ValueError("The answer is too large.")
    return bytes(content)
