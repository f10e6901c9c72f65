"""A news site on loopback that says what a test tells it to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HTML = {"Content-Type": "text/html; charset=utf-8"}
XML = {"Content-Type": "application/xml"}


@dataclass(frozen=True)
class Reply:
    """One answer: with `Content-Length` unless `announced` is False, then what `act` does; or what `instead` does."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: HTML)
    announced: bool = True
    act: Callable[[BaseHTTPRequestHandler], None] = lambda _: None
    instead: Callable[[BaseHTTPRequestHandler], None] | None = None


def moved(to: str, status: int = 302) -> Reply:
    """A redirect."""
    return Reply(status=status, headers={"Location": to})


class Site:
    """Replies by path, the last of several for ever; it has no robots.txt, and remembers what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.replies: dict[str, list[Reply]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path, by any host name that leads here."""
        return f"http://{host}:{self.port}{path}"

    def says(self, path: str, *replies: Reply) -> str:
        """Reply so at this path, one after the other; its address."""
        self.replies[path] = list(replies)
        return self.at(path)

    def reply(self, path: str) -> Reply:
        """What is said now."""
        waiting = self.replies.get(path, [Reply(status=404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    @property
    def asked(self) -> list[str]:
        """The paths that were asked, without robots.txt."""
        return [path for path, _ in self.requests if path != "/robots.txt"]


@contextmanager
def serving() -> Iterator[Site]:
    """A site that runs in a thread, on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer on a connection that is used again waits 40 ms

        def do_GET(self) -> None:
            site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            reply = site.reply(self.path)
            try:
                if reply.instead:
                    reply.instead(self)
                else:
                    self.send(reply)
            except OSError:  # whoever asked has hung up, as is right
                self.close_connection = True

        def send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.announced:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            reply.act(self)
            self.close_connection |= not reply.announced

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
