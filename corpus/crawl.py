"""Addresses -> pages: each asked once, politely, and what came of it in the ledger."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import httpx

from corpus.discovery import is_list, listed
from corpus.keeping import keep
from corpus.ledger import Attempt, Ledger
from corpus.robots import REDIRECTS, Rules, left_alone, rules, site
from corpus.safety import LONGEST, Fault, NotFetched, shown, web_address
from corpus.turns import Clock, Lane, Task, Turns, retry_after
from corpus.web import OK, PACKED, Answer, Door

MOVED = (301, 302, 303, 307, 308)
NOT_MODIFIED = 304
SERVER_ERROR = 500  # and above


@dataclass(frozen=True)
class Manners:
    """How politely and how long sites are asked; the [manners] of fetch.toml."""

    seconds_between: float
    max_crawl_delay: float
    tries: int
    try_again_on: list[int]
    backoff_seconds: float
    max_wait: float
    give_up_after: int
    redirects: int
    depth: int
    max_urls: int
    again_after: float
    other_sites: bool


class Crawl:
    """One run: the addresses that wait, the rules of their sites, and how many came to what."""

    def __init__(self, door: Door, manners: Manners, ledger: Ledger, clock: Clock) -> None:  # noqa: D107
        self.door, self.manners, self.ledger, self.clock = door, manners, ledger, clock
        self.turns = Turns(clock, manners.seconds_between)
        self.rules: dict[str, Rules] = {}
        self.robots_tries: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.queued = 0
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    def add(self, addresses: Iterable[str], depth: int = 0) -> None:
        """Queue addresses; what is no web address is refused at once."""
        for text in addresses:
            try:
                self.queue(web_address(text), depth)
            except NotFetched as why:
                self.refused(text, text, why)

    def queue(self, url: httpx.URL, depth: int) -> None:
        """Queue an address, unless it waits already, was fetched lately, or is one too many."""
        address = str(url)
        if address in self.seen:
            return
        self.seen.add(address)
        if self.ledger.fresh(address, self.clock.now(), self.manners.again_after):
            self.outcomes["lately"] += 1
        elif self.queued >= self.manners.max_urls:
            self.outcomes["not fetched"] += 1
            self.reasons["beyond max_urls"] += 1  # not in the ledger: it was not asked, and the next run goes on here
        else:
            self.turns.lane(url).tasks.append(Task(address, url, depth))
            self.queued += 1

    def run(self) -> Iterator[Attempt]:
        """Ask until nothing waits; each address that is done with, in the order of its end."""
        while lane := self.turns.next():
            task = lane.tasks[0]
            if not lane.closed and site(task.url) not in self.rules:
                self.learn(lane, task.url)
                continue
            lane.tasks.popleft()
            try:
                done = self.fetch(lane, task)
            except NotFetched as why:
                done = self.refused(task.asked, str(task.url), why, task.tries)
            if done:
                yield done

    def learn(self, lane: Lane, url: httpx.URL) -> None:
        """Read the rules of an address's site; while they may still come, they are not set."""
        self.robots_tries[site(url)] += 1
        agent = self.door.limits.user_agent
        try:
            found = rules(self.robots(lane, url.copy_with(path="/robots.txt", query=None)))
            lane.delay = max(lane.delay, min(found.delay(agent), self.manners.max_crawl_delay))
            self.turns.asked(lane)
        except Fault as fault:
            if self.again(lane, self.robots_tries[site(url)], fault):
                return
            found = left_alone(fault)
        except NotFetched as why:
            found = left_alone(why)
        self.rules[site(url)] = found

    def robots(self, lane: Lane, url: httpx.URL) -> Answer:
        """Ask for robots.txt, following its redirects, wherever they lead."""
        answer = self.ask(lane, url)
        for _ in range(REDIRECTS):
            if answer.status not in MOVED:
                break
            url = web_address(answer.header("location"), url)
            answer = self.ask(self.turns.lane(url), url)
        if answer.status >= SERVER_ERROR:
            raise http_error(answer)
        return answer

    def ask(self, lane: Lane, url: httpx.URL, page: bool = False, known: Attempt | None = None) -> Answer:
        """Ask once, when it is the host's turn; a status that may pass is a fault."""
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
        given = {name: value for name, value in conditions.items() if value}
        self.turns.wait(lane)
        try:
            answer = self.door.ask(url, given, self.door.limits.content_types if page else ())
        finally:
            self.turns.asked(lane)
        if answer.status in self.manners.try_again_on:
            fault = Fault(f"HTTP {answer.status}", answer.phrase, answer.status)
            fault.wait = retry_after(answer.header("retry-after"), self.clock.now())
            raise fault
        return answer

    def again(self, lane: Lane, tries: int, fault: Fault) -> bool:
        """Have the host rest after a fault, twice as long each time or as it says; whether to ask again after that."""
        backoff = min(self.manners.backoff_seconds * 2 ** (tries - 1), self.manners.max_wait)
        wait = backoff if fault.wait is None else fault.wait
        if wait > self.manners.max_wait:
            lane.closed = f"it asked us to wait {wait:,.0f} s, more than the max_wait of fetch.toml"
            return False
        self.turns.postpone(lane, wait)
        if tries < self.manners.tries:
            return True
        lane.failures += 1
        if lane.failures >= self.manners.give_up_after:
            lane.closed = f"{lane.failures} of its addresses failed in a row, the give_up_after of fetch.toml"
        return False

    def fetch(self, lane: Lane, task: Task) -> Attempt | None:
        """Ask for one address; None if it waits again, to be tried once more or where it was redirected to."""
        if lane.closed:
            raise NotFetched("host left alone", lane.closed)
        self.rules[site(task.url)].check(task.url, self.door.limits.user_agent)
        task.tries += 1
        known = self.known(task)
        try:
            answer = self.ask(lane, task.url, page=True, known=known)
        except Fault as fault:
            if not self.again(lane, task.tries, fault):
                raise
            lane.tasks.appendleft(task)
            return None
        lane.failures = 0
        if answer.status in MOVED and answer.header("location"):
            self.redirect(task, answer)
            return None
        if answer.status == NOT_MODIFIED and known:
            marked = replace(known, outcome="unchanged", status=NOT_MODIFIED, time=self.time(), tries=task.tries)
            return self.record(marked)
        return self.settle(task, answer)

    def known(self, task: Task) -> Attempt | None:
        """The last attempt that gave a page at the very address that is asked now."""
        last = self.ledger.page(task.asked)
        return last if last and last.final_url == str(task.url) else None

    def redirect(self, task: Task, answer: Answer) -> None:
        """Queue where an address leads, to be checked as any other; it is next at its host."""
        target = web_address(answer.header("location"), task.url)
        behind = [*task.behind, str(task.url)]
        if str(target) in behind:
            raise NotFetched("redirect loop", f"it leads back to {target}", answer.status)
        if len(behind) > self.manners.redirects:
            raise NotFetched("too many redirects", f"more than {self.manners.redirects}", answer.status)
        if str(target) in self.seen:
            raise NotFetched("redirected to a page that is asked anyway", str(target), answer.status)
        self.seen.add(str(target))
        self.turns.lane(target).tasks.appendleft(Task(task.asked, target, task.depth, behind))

    def settle(self, task: Task, answer: Answer) -> Attempt:
        """Keep a page, or open a list."""
        if answer.status != OK:
            raise http_error(answer)
        if is_list(answer.body):
            return self.opened(task, answer)
        if answer.media in PACKED or not answer.body.strip():
            raise NotFetched("no page", "nothing stands in it" if answer.body else "it is empty", answer.status)
        if "html" not in answer.media:
            raise NotFetched("no page", f"neither HTML nor a feed or sitemap, but {answer.media}", answer.status)
        name, new = keep(answer, task.asked, self.clock.now(), self.ledger.folder)
        attempt = self.attempt(task, answer, "new" if new else "unchanged")
        return self.record(replace(attempt, sha256=hashlib.sha256(answer.body).hexdigest(), file=name))

    def opened(self, task: Task, answer: Answer) -> Attempt:
        """Queue what a feed or a sitemap lists."""
        if task.depth >= self.manners.depth:
            raise NotFetched("list within lists", f"deeper than the depth {self.manners.depth} of fetch.toml")
        found = listed(answer.body, answer.url, self.door.limits.allowed_hosts, self.manners.other_sites)
        for link, why in found.passed_over:
            self.refused(link, link, why)
        self.add(found.addresses, task.depth + 1)
        broken = f"; it is broken from line {found.broken} on" if found.broken else ""
        detail = f"{len(found.addresses):,} addresses{broken}"
        return self.record(replace(self.attempt(task, answer, "list"), detail=detail))

    def attempt(self, task: Task, answer: Answer, outcome: str) -> Attempt:
        """What came of an address that was answered."""
        return Attempt(
            url=task.asked,
            final_url=str(answer.url),
            time=self.time(),
            outcome=outcome,
            tries=task.tries,
            status=answer.status,
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
        )

    def refused(self, asked: str, final: str, why: NotFetched, tries: int = 0) -> Attempt:
        """Write down why an address is not kept, without any password in it."""
        url, final_url = (shown(text)[:LONGEST] for text in (asked, final))
        attempt = Attempt(url, final_url, self.time(), "not fetched", tries, why.status)
        return self.record(replace(attempt, reason=why.reason, detail=why.detail))

    def record(self, attempt: Attempt) -> Attempt:
        """Write an attempt into the ledger and count it."""
        self.ledger.add(attempt)
        self.outcomes[attempt.outcome] += 1
        if attempt.reason:
            self.reasons[attempt.reason] += 1
        return attempt

    def time(self) -> str:
        """Now, UTC, to the second."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def http_error(answer: Answer) -> NotFetched:
    """The refusal of an answer by its status."""
    return NotFetched(f"HTTP {answer.status}", answer.phrase, answer.status)
