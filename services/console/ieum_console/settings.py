"""The settings of the console: its own database, and the operators' login at the broker."""

from pydantic import Field

from ieum.settings import ServerSettings


class ConsoleSettings(ServerSettings):
    """The console of one centre; each field is the environment variable `IEUM_<FIELD>`."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8090, ge=0, le=65535)
