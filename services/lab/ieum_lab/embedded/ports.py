"""Free ports on the loopback interface, chosen where no outgoing connection can take them."""

import random
import socket
from pathlib import Path

LOWEST = 15_000
ATTEMPTS_MAX = 200
LOOPBACK = "127.0.0.1"

_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port(besides: frozenset[int] = frozenset()) -> int:
    """Return a port that nobody listens on.

    It is below the range from which the system takes ports for outgoing connections: while a server of
    ours is down, a client that keeps retrying could otherwise be given that port, connect to
    itself, and so keep the server from coming back.
    """
    highest = _first_outgoing() - 1
    for _ in range(ATTEMPTS_MAX):
        port = random.randint(LOWEST, highest) if highest > LOWEST else 0
        if port not in besides and is_free(port):
            return port or _any_port()
    return _any_port()


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether somebody accepts connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _first_outgoing() -> int:
    try:
        return int(_OUTGOING.read_text().split()[0])
    except (OSError, ValueError):
        return 0


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
