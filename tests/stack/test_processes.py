"""Services as processes: started, asked whether they are ready, killed, restarted, stopped."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ieum_lab.embedded.errors import StackError
from ieum_lab.embedded.ports import free_port, is_free
from ieum_lab.embedded.processes import Service, kept_port, start_all, stop_all
from ieum_lab.embedded.state import StateFolder, end_tree

READY = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
CROWDED = """
import socket, sys, threading, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
def stay():
    while True:
        time.sleep(0.001)
for _ in range(200):
    threading.Thread(target=stay, daemon=True).start()
print("listening", flush=True)
time.sleep(60)
"""
BROKEN = "raise SystemExit('the synthetic service has no settings')"


def service(folder: Path, program: str, name: str = "service") -> Service:
    state = StateFolder(folder)
    port = kept_port(state, name)
    return Service(name, state, [sys.executable, "-c", program, str(port)], {}, port)


def test_services_start_side_by_side_and_each_has_a_port_a_log_and_a_size(tmp_path: Path) -> None:
    services = [service(tmp_path, READY, name) for name in ("one", "two")]

    assert start_all(services).keys() == {"one", "two"}

    assert len({each.url for each in services}) == 2
    assert "GET /health/ready" in services[0].log.read_text()
    assert all(each.resident_bytes() > 1_000_000 for each in services)
    assert service(tmp_path, READY, "one").url == services[0].url
    stop_all(services)
    assert [each.pid for each in services] == [None, None]


def test_a_killed_service_comes_back_on_its_port(tmp_path: Path) -> None:
    killed = service(tmp_path, READY)
    killed.start()
    killed.wait_until_ready()
    before = killed.pid

    killed.kill()
    assert killed.pid is None
    assert not killed.is_ready()
    killed.restart()
    killed.wait_until_ready()

    assert killed.pid not in (None, before)
    assert killed.stop()


def test_a_service_that_does_not_listen_is_killed_after_its_time(tmp_path: Path) -> None:
    deaf = service(tmp_path, DEAF)
    deaf.start()
    with pytest.raises(StackError, match="was not ready within 1 s"):
        deaf.wait_until_ready(seconds=1)

    assert not deaf.stop(seconds=0.2)
    assert deaf.pid is None


def test_a_service_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    broken = service(tmp_path, BROKEN)
    broken.start()

    with pytest.raises(StackError, match="the synthetic service has no settings"):
        broken.wait_until_ready()


def test_a_process_is_gone_when_all_its_threads_are_and_its_port_with_them() -> None:
    """Asked of its first thread alone, the port of a killed server is still taken in nearly every try."""
    for _ in range(4):
        port = free_port()
        command = [sys.executable, "-c", CROWDED, str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as crowded:
            assert crowded.stdout is not None
            assert crowded.stdout.readline() == b"listening\n"

            end_tree(psutil.Process(crowded.pid))

            assert is_free(port)


def test_ports_are_not_those_of_outgoing_connections() -> None:
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    assert all(free_port() < first_outgoing for _ in range(20))


def test_what_is_started_at_once_is_all_noted(tmp_path: Path) -> None:
    names = {f"synthetic-{number}" for number in range(40)}

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: StateFolder(tmp_path).add(name, os.getpid()), names))

    assert {entry.name for entry in StateFolder(tmp_path).entries()} == names
