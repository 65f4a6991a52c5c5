"""What the tests of the API share: one agency's API, and how to make others like it."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from ieum.api.app import create_app
from ieum.api.office import Office
from ieum.storage.database import Database
from ieum_contracts.address import Address

ME, PEER = "employment-center", "city-welfare-team"


class Healthy:
    """A service that has nothing to complain of."""

    async def problems(self) -> list[str]:
        return []


@dataclass(frozen=True, slots=True)
class Api:
    """An agency's API, what it works with, and a client of it."""

    office: Office
    app: FastAPI
    http: httpx.AsyncClient
    peer: Address

    @property
    def database(self) -> Database:
        found = self.office.here.database
        assert isinstance(found, Database)
        return found


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://agency.test")


def like(office: Office, **changes: Any) -> FastAPI:
    """Make a second API that differs in a few parts."""
    return create_app(replace(office, registry=CollectorRegistry(), **changes))
