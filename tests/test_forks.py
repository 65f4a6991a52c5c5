"""A forked agency is a process like any other: recorded, with a log, killed at once and stopped in order."""

import os
import sys
import time
from pathlib import Path

import pytest

from ieum_lab.embedded.ports import free_port
from ieum_lab.embedded.processes import Service
from ieum_lab.embedded.state import StateFolder
from tests.forks import ForkedService

NOWHERE = {
    "IEUM_CENTRE": "nowhere",
    "IEUM_KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "IEUM_KAFKA_USERNAME": "synthetic",
    "IEUM_KAFKA_PASSWORD": "synthetic",
    "IEUM_DATABASE_DSN": "postgresql://synthetic:synthetic@127.0.0.1:9/synthetic",
    "IEUM_TOKEN_ISSUER": "synthetic",
    "IEUM_TOKEN_JWKS_FILE": "nowhere.json",
}
LOG_SECONDS_MAX = 60.0


def written(service: Service, text: str) -> bool:
    deadline = time.monotonic() + LOG_SECONDS_MAX
    while time.monotonic() < deadline:
        if text in service.log.read_text(encoding="utf-8"):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("orderly", [False, True], ids=["killed", "stopped"])
def test_a_forked_agency_starts_writes_and_ends(tmp_path: Path, orderly: bool) -> None:
    state, port = StateFolder(tmp_path), free_port()
    command = [sys.executable, "-m", "ieum.cli.main", "run", "veterans-center"]
    environment = {**os.environ, **NOWHERE, "IEUM_HTTP_PORT": str(port)}
    service = ForkedService(Service("one", state, command, environment, port))
    service.start()
    pid = service.pid
    try:
        assert [entry.pid for entry in state.entries()] == [pid]
        assert pid is not None
        assert written(service, "broker-away")
        assert os.getsid(pid) == pid
        if orderly:
            assert service.stop()
        assert (service.pid is None) is orderly
    finally:
        service.kill()
    assert service.pid is None
    assert state.entries() == []
