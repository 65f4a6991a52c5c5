"""The process that serves the stack's OpenID provider on loopback: STATE_FOLDER CENTRE_FILE URL."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from ieum.centre.centre_file import read_centre
from ieum_lab.embedded.issuer.oidc import Provider
from ieum_lab.embedded.issuer.persons import persons_of
from ieum_lab.embedded.issuer.stack_issuer import StackIssuer
from ieum_lab.embedded.ports import LOOPBACK

CONNECTIONS_MAX = 50


def main(state: Path, centre_file: Path, url: str) -> None:
    """Serve until SIGTERM."""
    provider = Provider(StackIssuer(state, url).key(), persons_of(read_centre(centre_file)))
    port = urlsplit(url).port or 0
    uvicorn.run(
        provider.app(),
        host=LOOPBACK,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
