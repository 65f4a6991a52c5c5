"""A collector of spans: takes them by OTLP over HTTP on loopback, and keeps them."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ieum_lab.embedded.ports import LOOPBACK

PATH = "/v1/traces"


@dataclass(frozen=True)
class Seen:
    """One span, with the service that it is of."""

    service: str
    name: str
    trace: str
    span: str
    parent: str
    kind: int
    began: int
    ended: int
    attributes: Mapping[str, str]


@dataclass
class Collector:
    """Where it listens, what came, and all bytes of it."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)

    def take(self, body: bytes) -> None:
        self.raw += body
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            about = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                for each in scope.spans:
                    self.spans.append(
                        Seen(
                            about["service.name"],
                            each.name,
                            each.trace_id.hex(),
                            each.span_id.hex(),
                            each.parent_span_id.hex(),
                            each.kind,
                            each.start_time_unix_nano,
                            each.end_time_unix_nano,
                            {item.key: item.value.string_value for item in each.attributes},
                        )
                    )


@contextmanager
def collector() -> Iterator[Collector]:
    """Collect as long as the block lasts."""
    found = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == PATH
            assert self.headers["content-type"] == "application/x-protobuf"
            found.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    found.url = f"http://{LOOPBACK}:{server.server_port}{PATH}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
