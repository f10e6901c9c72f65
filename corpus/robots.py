"""What a site's robots.txt lets us do, as RFC 9309 says."""

from dataclasses import dataclass

import httpx
from protego import Protego

from corpus.safety import NotFetched
from corpus.web import OK, Answer

LONGEST = 500 * 1024  # bytes that are read of a robots.txt; RFC 9309 asks for at least as many
REDIRECTS = 5  # that are followed to a robots.txt; RFC 9309 asks for at least as many


@dataclass(frozen=True)
class Rules:
    """The rules of one site for us: what robots.txt says, or why it could not be read."""

    said: Protego
    closed: NotFetched | None = None

    def check(self, url: httpx.URL, user_agent: str) -> None:
        """Refuse an address that we may not ask: all of them while robots.txt could not be read."""
        if why := self.closed:
            raise NotFetched(f"robots.txt not read: {why.reason}", why.detail, why.status)
        if not self.said.can_fetch(str(url), user_agent):
            raise NotFetched("robots.txt forbids it")

    def delay(self, user_agent: str) -> float:
        """The seconds that the site wants between two requests, 0 if it does not say."""
        return self.said.crawl_delay(user_agent) or 0


def site(url: httpx.URL) -> str:
    """What a robots.txt is good for: one scheme, host and port."""
    return f"{url.scheme}://{url.netloc.decode()}"


def rules(answer: Answer) -> Rules:
    """Read robots.txt; one that is not there allows all, as does one behind too many redirects."""
    return Rules(Protego.parse(answer.body[:LONGEST].decode("utf-8", "replace") if answer.status == OK else ""))


def left_alone(why: NotFetched) -> Rules:
    """The rules of a site whose robots.txt could not be read: nothing is asked of it this time."""
    return Rules(Protego.parse(""), why)
