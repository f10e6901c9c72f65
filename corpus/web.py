"""The one door to news sites: an address -> its answer, from a checked network address, bounded in time and size."""

import ssl
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import httpcore
import httpx

from corpus.safety import Fault, NotFetched, Resolve, safe_addresses

PIECE = 1 << 16  # bytes that are unpacked at once
GZIP = b"\x1f\x8b"
PACKED = ("application/gzip", "application/x-gzip")  # sitemaps often come so
OK = 200
SLOW = "longer than read_seconds without a byte, or than total_seconds, of fetch.toml"


@dataclass(frozen=True)
class Limits:
    """What we say we are, and the most that one request may cost; the [request] of fetch.toml."""

    user_agent: str
    max_bytes: int
    connect_seconds: float
    read_seconds: float
    total_seconds: float
    content_types: list[str]
    allowed_hosts: list[str]


@dataclass(frozen=True)
class Answer:
    """What came back for one address; the body, unpacked, is empty unless the status is 200."""

    url: httpx.URL
    status: int
    phrase: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name, "" without one."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def media(self) -> str:
        """The content type without its parameters, in small letters."""
        return self.header("content-type").partition(";")[0].strip().lower()


class Deadline:
    """When the request that is running must have ended."""

    def __init__(self) -> None:  # noqa: D107 - the class says it
        self.ends = 0.0

    def start(self, seconds: float) -> None:
        """Give the next request its time."""
        self.ends = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """The seconds that one step may take: its own limit, or what is left of the whole."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise NotFetched("too slow", SLOW)
        return min(left, timeout or left)


class Stream(httpcore.NetworkStream):
    """A connection of which each step ends before the deadline, so that no drip of bytes holds us."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:  # noqa: D107 - the class says it
        self.inner, self.deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self.inner.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self.inner.write(buffer, self.deadline.left(timeout))

    def close(self) -> None:
        """End the connection."""
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypt; the certificate must be that of the host's name, which is also what is asked for (SNI)."""
        return Stream(self.inner.start_tls(ssl_context, server_hostname, self.deadline.left(timeout)), self.deadline)

    def get_extra_info(self, info: str) -> object:
        """What the connection knows of itself."""
        return self.inner.get_extra_info(info)


class Checked(httpcore.NetworkBackend):
    """Connects to the very address that was checked: a host's name is resolved once, here, and nowhere else."""

    def __init__(self, resolve: Resolve, allowed: Collection[str], deadline: Deadline) -> None:  # noqa: D107
        self.resolve, self.allowed, self.deadline = resolve, allowed, deadline
        self.inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers, once all of them are known to be safe."""
        failed: Exception | None = None
        for address in safe_addresses(host, port, self.allowed, self.resolve):
            try:
                wait = self.deadline.left(timeout)
                return Stream(self.inner.connect_tcp(address, port, wait, local_address, socket_options), self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise Fault("connection failed", f"{host}: {failed}")


class Door:
    """Asks news sites; it knows no proxy, no cookie and no password, whatever the environment says."""

    def __init__(self, limits: Limits, resolve: Resolve) -> None:  # noqa: D107 - the class says it
        self.limits, self.deadline = limits, Deadline()
        self.pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(),
            network_backend=Checked(resolve, limits.allowed_hosts, self.deadline),
            keepalive_expiry=10,
        )

    def close(self) -> None:
        """End all connections."""
        self.pool.close()

    def ask(self, url: httpx.URL, conditions: Mapping[str, str], content_types: Collection[str]) -> Answer:
        """Ask once, following no redirect; a content type outside the given ones is refused, if any are given."""
        self.deadline.start(self.limits.total_seconds)
        try:
            return self.answer(url, conditions, content_types)
        except httpcore.ReadTimeout as error:
            raise NotFetched("too slow", SLOW) from error
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise Fault("connection failed", str(error) or type(error).__name__) from error
        except httpcore.ProtocolError as error:
            raise Fault("answer broken off", str(error)) from error

    def answer(self, url: httpx.URL, conditions: Mapping[str, str], content_types: Collection[str]) -> Answer:
        """Send the request and read its answer, the body only if there is one to keep."""
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        waits = {"connect": self.limits.connect_seconds, "read": self.limits.read_seconds}
        timeout = waits | {"write": self.limits.read_seconds, "pool": self.limits.connect_seconds}
        headers = self.headers(url, conditions)
        with self.pool.stream("GET", target, headers=headers, extensions={"timeout": timeout}) as response:
            told = [(name.decode("latin-1"), text(value)) for name, value in response.headers]
            phrase = response.extensions.get("reason_phrase", b"").decode("latin-1")
            head = Answer(url, response.status, phrase, told, b"")
            if head.status != OK:
                return head
            body = whole_body(head, response.iter_stream(), content_types, self.limits.max_bytes)
            return Answer(url, head.status, phrase, told, body)

    def headers(self, url: httpx.URL, conditions: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
        """The headers of a request: who asks, and for what."""
        said = {"User-Agent": self.limits.user_agent, "Accept": "text/html, application/xml;q=0.9, */*;q=0.5"}
        said |= {"Accept-Encoding": "gzip", **conditions}
        return [(b"Host", url.netloc)] + [(name.encode(), value.encode()) for name, value in said.items()]


def text(value: bytes) -> str:
    """A header's value: UTF-8 as many sites send it, or else Latin-1 as the standard once said."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def whole_body(head: Answer, stream: Iterable[bytes], content_types: Collection[str], most: int) -> bytes:
    """The unpacked body, bounded before and after it is unpacked; or the reason why it is not read on."""
    if content_types and head.media not in content_types:
        raise NotFetched("content type", f"{head.media or 'none'} is not among the content_types of fetch.toml")
    announced = head.header("content-length")
    if announced.isdecimal() and int(announced) > most:
        raise too_large(most)
    encoding = head.header("content-encoding").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise NotFetched("content encoding", f"{encoding} was not asked for; only gzip is")
    packed = bounded(stream, most)
    body = b"".join(bounded(unpacked(packed), most) if encoding.endswith("gzip") else packed)
    return b"".join(bounded(unpacked([body]), most)) if head.media in PACKED and body.startswith(GZIP) else body


def bounded(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The pieces as they come, until they are too many."""
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > most:
            raise too_large(most)
        yield piece


def too_large(most: int) -> NotFetched:
    """The refusal of what is too large."""
    return NotFetched("too large", f"more than {most:,} bytes, the max_bytes of fetch.toml")


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Gunzip in small pieces, of which the reader may stop at any; several gzip members in a row are one."""
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            rest = piece
            while rest:
                member = zlib.decompressobj(zlib.MAX_WBITS | 16) if member.eof else member
                yield member.decompress(rest, PIECE)
                rest = member.unused_data if member.eof else member.unconsumed_tail
        while out := member.decompress(b"", PIECE):  # what zlib held back for want of room
            yield out
    except zlib.error as error:
        raise NotFetched("broken gzip", str(error)) from error
    if not member.eof:
        raise Fault("answer broken off", "its gzip has no end")
