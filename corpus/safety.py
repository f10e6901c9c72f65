"""Which web addresses may be asked: their form, and where in the network their host lies."""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection

import httpx

LONGEST = 4096  # characters of an address; what is longer is a trap or a mistake
HOST = re.compile(r"[a-z0-9_.:-]+", re.IGNORECASE)  # letters, digits, and the colons of IPv6
PORTS = range(1, 65536)
CREDENTIALS = re.compile(r"^([a-z][a-z0-9+.-]*:(?=[/\\]))?[/\\]*[^/?#]*@", re.IGNORECASE)
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], list[str]]
IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotFetched(Exception):
    """A page is not kept: the reason in a few words, what exactly was wrong, and the HTTP status if there was one."""

    def __init__(self, reason: str, detail: str = "", status: int = 0) -> None:  # noqa: D107 - the class says it
        super().__init__(reason, detail, status)
        self.reason, self.detail, self.status = reason, detail, status


class Fault(NotFetched):
    """A page is not kept this time, and may be had when it is asked again, after `wait` seconds if the site says so."""

    wait: float | None = None


def shown(text: str) -> str:
    """An address as it may be logged: without name and password.

    >>> shown("https://me:secret@herald.example/a?b")
    'https://herald.example/a?b'
    """
    return CREDENTIALS.sub(lambda found: f"{found[1] or ''}//", text)


def web_address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Read an address, absolute or as seen from base, without its fragment; or refuse it.

    One parser makes what is checked and what is asked, so that the two cannot differ.
    """
    try:
        url = (base.join(text) if base else httpx.URL(text)).copy_with(fragment=None)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise NotFetched("no web address", "it cannot be read") from error
    if url.userinfo:
        raise NotFetched("name and password in the address", "they are neither sent nor logged")
    if url.scheme not in ("http", "https"):
        raise NotFetched("neither http nor https", f"its scheme is {url.scheme[:20]!r}")
    if not HOST.fullmatch(url.raw_host.decode("latin-1")) or (url.port or 80) not in PORTS or len(text) > LONGEST:
        raise NotFetched("no web address", "its host or port is none, or it is too long")
    return url


def looked_up(host: str, port: int) -> list[str]:
    """The network addresses of a host, as this machine resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def safe_addresses(host: str, port: int, allowed: Collection[str], resolve: Resolve) -> list[str]:
    """Where a host may be reached; one address that is not public refuses the host, unless the host is allowed."""
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Fault("host not found", f"{host} does not resolve") from error
    for text in [] if host in allowed else found:
        if kind := unsafe(ipaddress.ip_address(text)):
            raise NotFetched("address not public", f"{host} is {text}, {kind}; see allowed_hosts in fetch.toml")
    return found


def unsafe(address: IP) -> str:
    """What an address is that is not public, or nothing; an IPv4 address inside an IPv6 one counts as itself.

    >>> unsafe(ipaddress.ip_address("::ffff:10.0.0.1")), unsafe(ipaddress.ip_address("93.184.216.34"))
    ('private', '')
    """
    if isinstance(address, ipaddress.IPv6Address) and (inner := carried(address)):
        return unsafe(inner)
    for kind in ("unspecified", "loopback", "link_local", "site_local", "multicast", "reserved", "private"):
        if getattr(address, f"is_{kind}", False):  # IPv4 has no site
            return kind.replace("_", "-")
    return "" if address.is_global else "shared"


def carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4, Teredo or NAT64."""
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
