"""What a stack stores between starts: passwords and ports, in files that only their owner may read."""

import os
import secrets
import time
from base64 import urlsafe_b64encode
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ieum_lab.embedded.ports import free_port, is_free

_PORTS = ("kafka_port", "controller_port", "postgres_port", "issuer_port", "console_port")


class StackRecord(BaseModel):
    """The content of stack.json."""

    model_config = ConfigDict(frozen=True)

    cluster_id: str
    kafka_password: str
    postgres_password: str
    kafka_port: int
    controller_port: int
    postgres_port: int
    issuer_port: int = 0
    console_port: int = 0

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports on which the stack listens."""
        return tuple(getattr(self, name) for name in _PORTS)


def new_record() -> StackRecord:
    """Generate passwords and find ports for a stack that starts for the first time."""
    return with_free_ports(
        StackRecord(
            cluster_id=_new_cluster_id(),
            kafka_password=secrets.token_hex(24),
            postgres_password=secrets.token_hex(24),
            kafka_port=0,
            controller_port=0,
            postgres_port=0,
        )
    )


def with_free_ports(record: StackRecord) -> StackRecord:
    """Return the stored record, with new ports for those not chosen yet or used by others meanwhile."""
    chosen: list[int] = []
    for port in record.ports:
        keep = port != 0 and is_free(port)
        chosen.append(port if keep else free_port(besides=frozenset((*chosen, *record.ports))))
    return record.model_copy(update=dict(zip(_PORTS, chosen, strict=True)))


def write_secret(path: Path, text: str) -> None:
    """Write atomically a file that only its owner may read."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    scratch.replace(path)


def _new_cluster_id() -> str:
    """Return 16 random bytes in Kafka's form (base64 for URLs, unpadded), never beginning with a dash."""
    return "ieum" + urlsafe_b64encode(secrets.token_bytes(16)).decode()[4:22]
