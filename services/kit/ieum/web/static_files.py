"""Scripts, styles and pictures of a window, served under names that change with their content."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources.abc import Traversable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
DIGEST_CHARACTERS = 12
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, as it is served."""

    address: str
    media_type: str
    content: bytes


class StaticFiles:
    """The files of some folders, later ones before earlier ones of the same name."""

    def __init__(self, folders: Iterable[Traversable], prefix: str = "/static") -> None:
        self._named: dict[str, StaticFile] = {}
        for folder in folders:
            for file in sorted(folder.iterdir(), key=lambda each: each.name):
                stem, _, kind = file.name.rpartition(".")
                if kind in MEDIA_TYPES:
                    content = file.read_bytes()
                    digest = hashlib.sha256(content).hexdigest()[:DIGEST_CHARACTERS]
                    where = f"{prefix}/{stem}-{digest}.{kind}"
                    self._named[file.name] = StaticFile(where, MEDIA_TYPES[kind], content)
        self._served: Mapping[str, StaticFile] = {each.address: each for each in self._named.values()}

    def address(self, name: str) -> str:
        """Return the address of a file by its plain name; raises KeyError for one that is not there."""
        return self._named[name].address

    def content(self, name: str) -> str:
        """Return the text of a file by its plain name, for a page that has to stand by itself."""
        return self._named[name].content.decode()

    async def serve(self, request: Request) -> Response:
        """Answer a request for one of the files."""
        found = self._served.get(request.url.path)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(found.content, headers={"cache-control": FOREVER}, media_type=found.media_type)
