"""A small HTTP server on loopback that answers as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path, its query and its JSON body, if any."""

    path: str
    query: dict[str, str]
    body: Any


@dataclass(slots=True)
class Answer:
    """What to say: a status and a body, as JSON unless it is text. With `hold`, only when the test is over."""

    body: Any
    status: int = 200
    hold: bool = False


@dataclass(slots=True)
class Loopback:
    """The running server: its address, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def loopback(answer: Callable[[Asked], Answer]) -> Iterator[Loopback]:
    """A server on a free port that answers each request with `answer(request)`."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: Any) -> None:
            parts = urlsplit(self.path)
            asked = Asked(parts.path, dict(parse_qsl(parts.query)), body)
            server.asked.append(asked)
            reply = answer(asked)
            if reply.hold:
                over.wait()
                return
            content = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the base class's
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Loopback(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        over.set()
        http.shutdown()
        thread.join()
        http.server_close()
