"""Pages are fetched politely and safely, kept as they came, and what is not kept has a reason."""

import gzip
import hashlib
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus import fetch
from corpus.containers import records
from corpus.discovery import is_list, listed
from corpus.errors import ContractError
from corpus.reading import read
from corpus.records import Raw
from corpus.safety import NotFetched, safe_addresses, shown, web_address
from corpus.turns import Clock, retry_after
from tests.house import ROOT
from tests.site import XML, Reply, moved, serving
from tests.test_pages import READING

SETTINGS = ROOT / "corpus/fetch.toml"
PAGE = Reply(b"<!doctype html><html><body><p>The port was fined.</p></body></html>")
OTHER = Reply(b"<!doctype html><html><body><p>The ship left.</p></body></html>")
NINE = datetime(2024, 5, 6, 9, 0, tzinfo=UTC)


class Watch:
    """A clock that passes only when somebody sleeps, and remembers for how long."""

    def __init__(self):
        self.sleeps = []
        self.later = timedelta()

    def passed(self):
        return self.now().timestamp()

    def now(self):
        return NINE + self.later

    def sleep(self, seconds):
        self.sleeps.append(round(seconds, 3))
        self.later += timedelta(seconds=seconds)


@pytest.fixture
def site():
    with serving() as running:
        yield running


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def run(tmp_path, watch):
    """Fetch into tmp_path/raw with the shipped settings but for those that the test changes; what is told."""

    def fetched(*addresses, hosts: dict[str, str] | None = None, **changes: Any) -> str:
        settings, known = fetch.load(SETTINGS), hosts or {}
        request = {name: changes.pop(name) for name in list(changes) if hasattr(settings.request, name)}
        changed = fetch.Settings(
            replace(settings.request, **({"allowed_hosts": ["127.0.0.1"]} | request)),
            replace(settings.manners, **changes),
        )
        clock = Clock(watch.now, watch.passed, watch.sleep)
        return fetch.fetch(addresses, tmp_path / "raw", changed, lambda host, _: [known.get(host, host)], clock)

    return fetched


@pytest.fixture
def ledger(tmp_path):
    """The lines of the ledger, or one thing of each."""

    def lines(*names):
        found = [json.loads(line) for line in (tmp_path / "raw/.fetched.jsonl").read_text().splitlines()]
        return [tuple(line[name] for name in names) for line in found] if names else found

    return lines


@pytest.fixture
def kept(tmp_path):
    """The files that an inventory would list."""
    raw = tmp_path / "raw"
    return lambda: sorted(
        str(path.relative_to(raw)) for path in raw.rglob("*") if path.is_file() and path.name[0] != "."
    )


def drip(site, raw):
    """Send bytes one by one, each soon enough to be waited for."""
    for byte in raw:
        site.wfile.write(bytes([byte]))
        site.wfile.flush()
        time.sleep(0.05)


def feed(*links):
    return Reply(
        b'<?xml version="1.0"?><rss version="2.0"><channel><link>http://home.example.org/</link>'
        + b"".join(b"<item><title>A</title><link>%s</link></item>" % link.encode() for link in links)
        + b"</channel></rss>",
        headers=XML,
    )


def sitemap(*links, root="urlset", entry="url"):
    entries = "".join(f"<{entry}><loc>\n {link} </loc></{entry}>" for link in links)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return Reply(f'<?xml version="1.0"?><{root} xmlns="{space}">{entries}</{root}>'.encode(), headers=XML)


# What is kept, and how


def test_a_page_is_kept_in_a_file_named_after_its_address_and_its_bytes(run, site, kept, ledger):
    url = site.says("/a", replace(PAGE, headers=PAGE.headers | {"ETag": '"1"', "Last-Modified": "Mon"}))

    assert run(url) == "1 page new, 0 unchanged"

    sha256 = hashlib.sha256(PAGE.body).hexdigest()
    name = f"127.0.0.1/{hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()[:10]}-{sha256[:16]}.warc.gz"
    assert kept() == [name]
    assert ledger() == [
        {
            "url": url,
            "final_url": url,
            "time": "2024-05-06T09:00:01Z",
            "outcome": "new",
            "tries": 1,
            "status": 200,
            "etag": '"1"',
            "last_modified": "Mon",
            "sha256": sha256,
            "file": name,
            "reason": "",
            "detail": "",
        }
    ]


def test_a_kept_page_is_a_warc_record_that_is_true_of_its_bytes(run, site, kept, tmp_path):
    asked = site.says("/old", moved("/new"))
    packed = replace(
        PAGE, body=gzip.compress(PAGE.body), headers=PAGE.headers | {"Content-Encoding": "gzip", "X-A": "ü"}
    )
    final = site.says("/new", packed)

    run(asked)

    with (tmp_path / "raw" / kept()[0]).open("rb") as file:
        [(record, body)] = [
            (record, record.content_stream().read()) for record in ArchiveIterator(file, check_digests=True)
        ]
        assert record.digest_checker.passed
    about = {name: record.rec_headers[name] for name in ("WARC-Type", "WARC-Target-URI", "X-Asked-URI", "WARC-Date")}
    assert about == {
        "WARC-Type": "response",
        "WARC-Target-URI": final,
        "X-Asked-URI": asked,
        "WARC-Date": "2024-05-06T09:00:02Z",
    }
    assert record.rec_headers["WARC-Payload-Digest"].startswith("sha1:")
    assert record.http_headers.get_statuscode() == "200"
    assert record.http_headers["Content-Type"] == "text/html; charset=utf-8"
    assert record.http_headers["Content-Length"] == str(len(PAGE.body))
    assert record.http_headers["Content-Encoding"] is None
    assert body == PAGE.body


def test_a_kept_page_is_read_as_an_article_with_its_address_and_time(run, site, kept, tmp_path):
    words = "The port authority was fined on Monday for letting a banned tanker unload, a court said. " * 3
    address = site.says("/port", Reply(f"<html><body><article><p>{words}</p></article></body></html>".encode()))
    run(address)

    (file,) = kept()
    (raw,) = records(tmp_path / "raw", file, 10**7)

    assert isinstance(raw, Raw)
    found = read(raw, READING)
    assert found.text.startswith("The port authority was fined on Monday")
    assert (found.said["url"], found.said["fetched"]) == (address, "2024-05-06T09:00:01Z")  # a second after robots.txt


def test_a_page_that_has_not_changed_is_asked_for_by_its_mark_and_not_written_again(run, site, watch, kept, ledger):
    marks = {"ETag": '"1"', "Last-Modified": "Mon, 06 May 2024 08:00:00 GMT"}
    url = site.says("/a", replace(PAGE, headers=PAGE.headers | marks), Reply(status=304))
    run(url)
    before = kept()

    watch.later += timedelta(days=2)

    assert run(url) == "0 pages new, 1 unchanged"
    assert kept() == before
    sent = site.requests[-1][1]
    assert (sent["if-none-match"], sent["if-modified-since"]) == (marks["ETag"], marks["Last-Modified"])
    assert ledger("outcome", "status", "etag", "file") == [
        ("new", 200, '"1"', before[0]),
        ("unchanged", 304, '"1"', before[0]),
    ]


def test_the_same_page_again_is_not_written_again_and_a_changed_one_stands_beside_it(run, site, kept):
    url = site.says("/a", PAGE, PAGE, OTHER)

    assert run(url, again_after=0) == "1 page new, 0 unchanged"
    assert run(url, again_after=0) == "0 pages new, 1 unchanged"
    assert run(url, again_after=0) == "1 page new, 0 unchanged"
    assert len(kept()) == 2


def test_a_page_whose_file_is_gone_is_fetched_without_its_mark(run, site, kept, tmp_path):
    url = site.says("/a", replace(PAGE, headers=PAGE.headers | {"ETag": '"1"'}))
    run(url)
    (tmp_path / "raw" / kept()[0]).unlink()

    assert run(url) == "1 page new, 0 unchanged"
    assert "if-none-match" not in site.requests[-1][1]


# Feeds and sitemaps


def test_an_rss_feed_leads_to_its_articles_and_not_to_its_home_page(run, site, ledger):
    site.says("/a?x=1&y=2", PAGE)
    site.says("/b", OTHER)

    assert run(site.says("/feed", feed(site.at("/a?x=1&amp;y=2"), "/b", "/b"))) == "2 pages new, 0 unchanged"
    assert site.asked == ["/feed", "/a?x=1&y=2", "/b"]
    assert ledger("outcome", "detail")[0] == ("list", "2 addresses")


def test_an_atom_feed_leads_to_its_articles(run, site):
    entry = '<entry><link rel="self" href="/self"/><link rel="alternate" type="text/html" href="/a"/></entry>'
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><link href="/"/>{entry}</feed>'
    site.says("/a", PAGE)

    assert run(site.says("/feed", Reply(atom.encode(), headers=XML))) == "1 page new, 0 unchanged"
    assert site.asked == ["/feed", "/a"]


def test_a_sitemap_index_leads_through_its_sitemaps_to_the_pages_each_once(run, site):
    site.says("/a", PAGE)
    site.says("/b", OTHER)
    one = site.says("/1.xml", sitemap(site.at("/a"), site.at("/b")))
    packed = replace(sitemap(site.at("/b")), headers={"Content-Type": "application/x-gzip"})
    two = site.says("/2.xml.gz", replace(packed, body=gzip.compress(packed.body)))

    told = run(site.says("/index", sitemap(one, two, root="sitemapindex", entry="sitemap")))

    assert told == "2 pages new, 0 unchanged"
    assert site.asked == ["/index", "/1.xml", "/2.xml.gz", "/a", "/b"]


def test_lists_within_lists_end_somewhere(run, site):
    url = site.says("/1", feed("/2"))
    site.says("/2", feed("/3"))
    site.says("/3", feed("/4"))

    assert run(url, depth=2) == "0 pages new, 0 unchanged, 1 not fetched (1 list within lists)"
    assert site.asked == ["/1", "/2", "/3"]


def test_what_is_beyond_max_urls_is_counted_and_fetched_by_the_next_run(run, site):
    site.says("/a", PAGE)
    site.says("/b", OTHER)
    url = site.says("/feed", feed("/a", "/b"))

    assert run(url, max_urls=2) == "1 page new, 0 unchanged, 1 not fetched (1 beyond max_urls)"
    assert run(url, max_urls=2) == "1 page new, 0 unchanged, 1 fetched lately and not asked again"


def test_trafilatura_judges_and_cleans_the_links_of_a_feed():
    links = ["https://herald.example.org/2024/a?utm_source=rss", "/b", "https://herald.example.org/x.jpg", "ftp://x/y"]
    body = feed(*links, "https://gazette.net/c").body

    found = listed(body, httpx.URL("https://herald.example.org/feed"), [], other_sites=False)

    assert found.addresses == ["https://herald.example.org/2024/a", "https://herald.example.org/b"]
    assert [(link, why.reason) for link, why in found.passed_over] == [
        ("https://herald.example.org/x.jpg", "no article's address"),
        ("ftp://x/y", "neither http nor https"),
        ("https://gazette.net/c", "no article's address"),
    ]


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        pytest.param(b"\xef\xbb\xbf<!-- made by hand --><rss/>", True, id="a comment before it"),
        pytest.param(b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="r"/>', True, id="RSS 1.0"),
        pytest.param('<?xml version="1.0" encoding="utf-16"?><rss/>'.encode("utf-16"), True, id="UTF-16"),
        pytest.param(b"<!doctype html><p>about the &lt;rss&gt; tag", False, id="a page"),
        pytest.param(b"<rss", False, id="a beginning of nothing"),
        pytest.param(b"", False, id="nothing"),
        pytest.param(b"\0\xff\x1f", False, id="no text"),
    ],
)
def test_a_list_is_told_by_its_first_element(body, is_one):
    assert is_list(body) == is_one


def test_a_feed_of_entities_that_grow_is_not_unfolded():
    growing = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE rss [<!ENTITY e0 "boom">{growing}]><rss><item><link>&e9;</link></item></rss>'

    found = listed(bomb.encode(), httpx.URL("https://herald.example.org/feed"), [], other_sites=True)

    assert (found.addresses, found.broken) == ([], 1)


def test_a_feed_that_breaks_off_gives_the_links_before_and_says_so(run, site, ledger):
    site.says("/a", PAGE)
    whole = feed("/a")

    assert run(site.says("/feed", replace(whole, body=whole.body[:-17]))) == "1 page new, 0 unchanged"
    assert ledger("detail")[0] == ("1 addresses; it is broken from line 1 on",)


def test_a_feed_of_links_without_an_end_is_read_at_once():
    began = time.monotonic()

    listed(b"<rss>" + b"<link>" * 100_000, httpx.URL("https://herald.example.org/feed"), [], other_sites=True)

    assert time.monotonic() - began < 5  # trafilatura's regular expressions would take hours


# Redirects


def test_redirects_are_followed_from_one_to_the_next(run, site, ledger):
    url = site.says("/a/b", moved("../c", 301))
    site.says("/c", moved(f"//127.0.0.1:{site.port}/d?x", 308))
    final = site.says("/d?x", PAGE)

    assert run(url) == "1 page new, 0 unchanged"
    assert ledger("url", "final_url") == [(url, final)]


def test_a_redirect_loop_is_left(run, site):
    url = site.says("/a", moved("/b"))
    site.says("/b", moved("/a"))

    assert run(url) == "0 pages new, 0 unchanged, 1 not fetched (1 redirect loop)"
    assert site.asked == ["/a", "/b"]


def test_too_many_redirects_are_not_followed(run, site):
    for number in range(9):
        site.says(f"/{number}", moved(f"/{number + 1}"))

    assert run(site.at("/0"), redirects=3) == "0 pages new, 0 unchanged, 1 not fetched (1 too many redirects)"
    assert site.asked == ["/0", "/1", "/2", "/3"]


def test_a_page_that_two_addresses_lead_to_is_fetched_once(run, site):
    one, two = site.says("/1", moved("/a")), site.says("/2", moved("/a"))
    site.says("/a", PAGE)

    told = run(one, two)

    assert told == "1 page new, 0 unchanged, 1 not fetched (1 redirected to a page that is asked anyway)"
    assert site.asked.count("/a") == 1


# What is refused


@pytest.mark.parametrize(
    ("reply", "reason", "detail"),
    [
        pytest.param(Reply(status=404), "HTTP 404", "Not Found", id="it is not there"),
        pytest.param(Reply(status=204), "HTTP 204", "No Content", id="there is nothing"),
        pytest.param(Reply(status=304), "HTTP 304", "Not Modified", id="not changed, though we did not ask so"),
        pytest.param(Reply(b""), "no page", "it is empty", id="empty"),
        pytest.param(
            Reply(b"%PDF-1.7", headers={"Content-Type": "application/pdf"}),
            "content type",
            "application/pdf is not among the content_types of fetch.toml",
            id="a PDF",
        ),
        pytest.param(
            Reply(b"<p>", headers={}), "content type", "none is not among the content_types of fetch.toml", id="untyped"
        ),
        pytest.param(
            Reply(b"Rain fell.", headers={"Content-Type": "text/plain"}),
            "no page",
            "neither HTML nor a feed or sitemap, but text/plain",
            id="plain text",
        ),
        pytest.param(
            Reply(b"x" * 1001),
            "too large",
            "more than 1,000 bytes, the max_bytes of fetch.toml",
            id="announced as large",
        ),
        pytest.param(
            Reply(b"x" * 100_000, announced=False),
            "too large",
            "more than 1,000 bytes, the max_bytes of fetch.toml",
            id="large, and not announced",
        ),
        pytest.param(
            Reply(gzip.compress(b"x" * 100_000), headers=PAGE.headers | {"Content-Encoding": "gzip"}),
            "too large",
            "more than 1,000 bytes, the max_bytes of fetch.toml",
            id="a gzip bomb",
        ),
        pytest.param(
            Reply(gzip.compress(b"x" * 100_000), headers={"Content-Type": "application/gzip"}),
            "too large",
            "more than 1,000 bytes, the max_bytes of fetch.toml",
            id="a sitemap that is a gzip bomb",
        ),
        pytest.param(
            Reply(b"no gzip", headers=PAGE.headers | {"Content-Encoding": "gzip"}),
            "broken gzip",
            "Error -3 while decompressing data: incorrect header check",
            id="no gzip at all",
        ),
        pytest.param(
            Reply(b"x", headers=PAGE.headers | {"Content-Encoding": "br"}),
            "content encoding",
            "br was not asked for; only gzip is",
            id="packed in another way",
        ),
        pytest.param(
            Reply(announced=False, act=lambda _: time.sleep(1)),
            "too slow",
            "longer than read_seconds without a byte, or than total_seconds, of fetch.toml",
            id="it says nothing",
        ),
        pytest.param(
            Reply(announced=False, act=lambda site: drip(site, b"x" * 40)),
            "too slow",
            "longer than read_seconds without a byte, or than total_seconds, of fetch.toml",
            id="its body drips",
        ),
        pytest.param(
            Reply(instead=lambda site: drip(site, b"HTTP/1.1 200 OK\r\nX-Much: " + b"x" * 40)),
            "too slow",
            "longer than read_seconds without a byte, or than total_seconds, of fetch.toml",
            id="its headers drip",
        ),
    ],
)
def test_what_is_no_good_answer_is_refused_with_its_reason(run, site, ledger, kept, reply, reason, detail):
    told = run(site.says("/a", reply), max_bytes=1000, read_seconds=0.3, total_seconds=0.6)

    assert told == f"0 pages new, 0 unchanged, 1 not fetched (1 {reason})"
    assert ledger("outcome", "reason", "detail") == [("not fetched", reason, detail)]
    assert kept() == []


# Robots and politeness


def robots(text, status=200):
    return Reply(text.encode(), status, {"Content-Type": "text/plain"})


def test_what_robots_txt_forbids_is_not_asked(run, site, ledger):
    site.says("/robots.txt", robots("User-agent: sanction-stance\nDisallow: /no\n\nUser-agent: *\nAllow: /\n"))
    site.says("/yes", PAGE)
    site.says("/moved", moved("/no/c"))

    told = run(site.at("/no/a"), site.at("/yes"), site.at("/moved"))

    assert told == "1 page new, 0 unchanged, 2 not fetched (2 robots.txt forbids it)"
    assert site.asked == ["/yes", "/moved"]
    assert ("not fetched", site.at("/moved"), site.at("/no/c")) in ledger("outcome", "url", "final_url")


def test_robots_txt_is_read_where_it_was_moved_to(run, site):
    site.says("/robots.txt", moved("/new-robots.txt"))
    site.says("/new-robots.txt", robots("User-agent: *\nDisallow: /"))

    assert run(site.says("/a", PAGE)) == "0 pages new, 0 unchanged, 1 not fetched (1 robots.txt forbids it)"


@pytest.mark.parametrize("status", [401, 404])
def test_a_site_whose_robots_txt_is_not_to_be_had_may_be_asked(run, site, status):
    site.says("/robots.txt", robots("User-agent: *\nDisallow: /", status))

    assert run(site.says("/a", PAGE)) == "1 page new, 0 unchanged"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_whose_robots_txt_fails_is_left_alone_this_time(run, site, status):
    site.says("/robots.txt", robots("", status))

    told = run(site.says("/a", PAGE), site.says("/b", PAGE))

    assert told == f"0 pages new, 0 unchanged, 2 not fetched (2 robots.txt not read: HTTP {status})"
    assert site.asked == []


def test_a_site_that_cannot_be_reached_is_left_alone_this_time(run, ledger):
    told = run("http://127.0.0.1:1/a", tries=2)

    assert told == "0 pages new, 0 unchanged, 1 not fetched (1 robots.txt not read: connection failed)"
    assert ledger("url", "tries", "reason") == [("http://127.0.0.1:1/a", 0, "robots.txt not read: connection failed")]


def test_a_host_is_asked_once_a_second(run, site, watch):
    run(site.says("/a", PAGE), site.says("/b", OTHER))

    assert watch.sleeps == [1, 1]  # robots.txt, a, b


def test_a_site_may_slow_us_down_up_to_a_limit(run, site, watch):
    site.says("/robots.txt", robots("User-agent: *\nCrawl-delay: 7"))
    run(site.says("/a", PAGE), site.says("/b", OTHER))
    assert watch.sleeps == [7, 7]

    run(site.at("/a"), again_after=0, max_crawl_delay=3)
    assert watch.sleeps == [7, 7, 3]


def test_other_hosts_are_asked_while_one_rests(run, site, watch):
    hosts = {"a.example.org": "127.0.0.1", "b.example.org": "127.0.0.1"}
    site.says("/1", PAGE)
    site.says("/2", OTHER)

    run(*[site.at(path, host) for host in hosts for path in ("/1", "/2")], hosts=hosts, allowed_hosts=list(hosts))

    asked = [(headers["host"][0], path) for path, headers in site.requests]
    assert asked == [(host, path) for path in ("/robots.txt", "/1", "/2") for host in "ab"]
    assert watch.sleeps == [1, 1]


def test_we_say_who_we_are_and_send_no_cookie(run, site):
    site.says("/a", replace(PAGE, headers=PAGE.headers | {"Set-Cookie": "id=1"}))

    run(site.at("/a"), site.says("/b", OTHER))

    assert site.requests[-1] == (
        "/b",
        {
            "host": f"127.0.0.1:{site.port}",
            "user-agent": "sanction-stance/0.1 (collects news articles for research)",
            "accept": "text/html, application/xml;q=0.9, */*;q=0.5",
            "accept-encoding": "gzip",
        },
    )


# Faults, and trying again


def test_a_site_that_is_asked_too_much_is_asked_again_when_it_says(run, site, watch, ledger):
    url = site.says("/a", Reply(status=429, headers={"Retry-After": "17"}), PAGE)

    assert run(url) == "1 page new, 0 unchanged"
    assert watch.sleeps == [1, 17]
    assert ledger("tries", "status") == [(2, 200)]


def test_a_site_that_is_down_for_a_while_is_asked_again_ever_more_slowly(run, site, watch):
    url = site.says("/a", Reply(status=503), Reply(status=503), PAGE)

    assert run(url) == "1 page new, 0 unchanged"
    assert watch.sleeps == [1, 2, 4]


def test_a_page_that_stays_down_is_given_up(run, site, watch, ledger):
    url = site.says("/a", Reply(status=503))

    assert run(url) == "0 pages new, 0 unchanged, 1 not fetched (1 HTTP 503)"
    assert watch.sleeps == [1, 2, 4, 8]
    assert ledger("tries", "status", "reason", "detail") == [(4, 503, "HTTP 503", "Service Unavailable")]


def test_a_broken_off_answer_is_asked_for_again(run, site):
    def break_off(at):
        at.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\nhalf of it")
        at.close_connection = True

    assert run(site.says("/a", Reply(instead=break_off), PAGE)) == "1 page new, 0 unchanged"


def test_a_half_packed_answer_is_asked_for_again(run, site):
    half = gzip.compress(PAGE.body)[:-12]
    packed = Reply(half, headers=PAGE.headers | {"Content-Encoding": "gzip"})

    assert run(site.says("/a", packed, PAGE)) == "1 page new, 0 unchanged"


def test_a_host_that_asks_for_too_long_a_wait_is_left_alone(run, site, watch, ledger):
    one = site.says("/a", Reply(status=429, headers={"Retry-After": "3600"}))

    told = run(one, site.says("/b", PAGE))

    assert told == "0 pages new, 0 unchanged, 2 not fetched (1 HTTP 429, 1 host left alone)"
    assert watch.sleeps == [1]
    assert ledger("detail")[1] == ("it asked us to wait 3,600 s, more than the max_wait of fetch.toml",)


def test_a_host_where_one_page_after_the_other_fails_is_left_alone(run, site, ledger):
    told = run(*[site.says(f"/{number}", Reply(status=503)) for number in range(4)], give_up_after=2, tries=2)

    assert told == "0 pages new, 0 unchanged, 4 not fetched (2 HTTP 503, 2 host left alone)"
    assert site.asked == ["/0", "/0", "/1", "/1"]
    assert ledger("detail")[3] == ("2 of its addresses failed in a row, the give_up_after of fetch.toml",)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("Mon, 06 May 2024 09:01:00 GMT", 60, id="a date"),
        pytest.param("Mon, 06 May 2024 08:00:00 GMT", 0, id="a date gone by"),
        pytest.param("", None, id="nothing"),
        pytest.param("-5", None, id="a negative number"),
        pytest.param("9" * 400, None, id="for ever"),
        pytest.param("Mon, 06 May 99999 08:00:00 GMT", None, id="a date that is none"),
        pytest.param(f"Mon, 06 May 2024 08:00:00 +{'9' * 20}", None, id="a zone that is none"),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after(value, NINE) == seconds


# Safety


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("0.0.0.0", "unspecified"),  # noqa: S104 - to be refused
        ("10.0.0.1", "private"),
        ("100.64.0.1", "shared"),
        ("127.0.0.2", "loopback"),
        ("169.254.169.254", "link-local"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("64:ff9b::a00:1", "private"),
        ("64:ff9b:1::1", "reserved"),
        ("2002:a00:1::", "private"),
        ("fc00::1", "private"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
    ],
)
def test_a_host_at_an_address_that_is_not_public_is_refused_if_one_of_its_addresses_is_so(address, kind):
    with pytest.raises(NotFetched) as refusal:
        safe_addresses("herald.example", 80, [], lambda *_: ["93.184.216.34", address])

    assert refusal.value.reason == "address not public"
    assert refusal.value.detail == f"herald.example is {address}, {kind}; see allowed_hosts in fetch.toml"


def test_a_host_at_a_public_address_is_reached_there():
    found = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"]

    assert safe_addresses("herald.example", 443, [], lambda *_: found) == found


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("http://10.0.0.1/", "10.0.0.1 is 10.0.0.1, private; see allowed_hosts in fetch.toml"),
        ("http://[::1]:1/", "::1 is ::1, loopback; see allowed_hosts in fetch.toml"),
        (
            "http://[::ffff:127.0.0.1]:1/",
            "::ffff:127.0.0.1 is ::ffff:127.0.0.1, loopback; see allowed_hosts in fetch.toml",
        ),
        ("https://inner.example.org/", "inner.example.org is 192.168.0.7, private; see allowed_hosts in fetch.toml"),
    ],
)
def test_a_page_cannot_send_us_into_our_own_network(run, site, ledger, address, detail):
    told = run(site.says("/a", moved(address)), hosts={"inner.example.org": "192.168.0.7"})

    assert told == "0 pages new, 0 unchanged, 1 not fetched (1 robots.txt not read: address not public)"
    assert ledger("final_url", "detail") == [(address, detail)]


def test_a_name_that_changes_its_address_behind_the_check_gains_nothing(tmp_path, site, watch):
    answers = iter(["127.0.0.1", "10.0.0.1"])
    settings = fetch.load(SETTINGS)
    settings = fetch.Settings(replace(settings.request, allowed_hosts=[]), settings.manners)
    clock = Clock(watch.now, watch.passed, watch.sleep)

    told = fetch.fetch([site.at("/a", "two.example.org")], tmp_path, settings, lambda *_: [next(answers)], clock)

    assert told == "0 pages new, 0 unchanged, 1 not fetched (1 robots.txt not read: address not public)"
    assert site.requests == []
    assert list(answers) == ["10.0.0.1"]  # it is not looked up a second time


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://herald.example/a", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("http://me:secret@herald.example/", "name and password in the address"),
        ("http://secret@herald.example/", "name and password in the address"),
        (r"http://10.0.0.1\@herald.example/", "name and password in the address"),
        ("http://", "no web address"),
        ("http://two words/", "no web address"),
        ("http://herald.example:99999/", "no web address"),
        ("http://herald.example:x/", "no web address"),
        ("http://herald.example%2f/", "no web address"),
        ("http://[::1", "no web address"),
        ("http://herald.example/\n", "no web address"),
        ("http://herald.example/\ud800", "no web address"),
        ("http://herald.example/" + "a" * 5000, "no web address"),
    ],
)
def test_what_is_no_web_address_is_refused(address, reason):
    with pytest.raises(NotFetched) as refusal:
        web_address(address)

    assert refusal.value.reason == reason


def test_an_address_is_asked_in_ascii_and_without_its_fragment():
    assert str(web_address("https://müller.example/ä?b=ß#c")) == "https://xn--mller-kva.example/%C3%A4?b=%C3%9F"


def test_a_password_is_neither_sent_nor_written_down(run, site, tmp_path):
    secret = f"http://me:secret@127.0.0.1:{site.port}/a"

    told = run(secret, site.says("/moved", moved(secret)))

    assert told == "0 pages new, 0 unchanged, 2 not fetched (2 name and password in the address)"
    assert site.asked == ["/moved"]
    assert "secret" not in (tmp_path / "raw/.fetched.jsonl").read_text()


@pytest.mark.parametrize(
    ("address", "without"),
    [
        ("http://me:secret@host/a@b", "http://host/a@b"),
        ("foo://me:secret@host", "foo://host"),
        (r"https:\\me:secret\@host", "https://host"),
        ("me:secret@host/a", "//host/a"),
        ("https://host/a@b", "https://host/a@b"),
    ],
)
def test_a_password_is_not_shown(address, without):
    assert shown(address) == without


# Stopping and going on


def test_a_run_that_was_stopped_goes_on_where_it_was(run, site, watch, kept, ledger, tmp_path):
    urls = [site.says("/a", PAGE), site.says("/b", OTHER)]
    sleep = watch.sleep

    def stop(seconds):
        sleep(seconds)
        if len(watch.sleeps) == 2:
            raise KeyboardInterrupt

    watch.sleep = stop
    with pytest.raises(KeyboardInterrupt):
        run(*urls)
    with (tmp_path / "raw/.fetched.jsonl").open("a") as file:
        file.write('{"url": "http://127.0')  # as if it had been killed while it wrote

    assert run(*urls) == "1 page new, 0 unchanged, 1 fetched lately and not asked again"
    assert site.asked == ["/a", "/b"]
    assert len(kept()) == 2
    lines = (tmp_path / "raw/.fetched.jsonl").read_text().splitlines()
    assert [lines[1], json.loads(lines[2])["url"]] == ['{"url": "http://127.0', urls[1]]


# The command


def test_addresses_are_named_one_by_one_or_in_a_file(tmp_path):
    path = tmp_path / "from.txt"
    path.write_text("# the Herald\nhttps://herald.example/a#top  # its front page\n\n  HTTP://herald.example/b\n")

    assert list(fetch.named(["https://gazette.example/", str(path)])) == [
        "https://gazette.example/",
        "https://herald.example/a#top",
        "HTTP://herald.example/b",
    ]


def test_what_is_neither_address_nor_file_is_refused(tmp_path):
    with pytest.raises(ContractError) as error:
        fetch.main(SETTINGS, tmp_path / "raw", "ftp://me:secret@herald.example/a")

    assert str(error.value) == (
        "ftp://herald.example/a is neither an http(s) address nor a file of such. "
        'Name one or more: `make fetch FROM="https://herald.example/feed.xml"`.'
    )


def test_a_line_that_is_no_address_is_refused_with_its_number(tmp_path):
    (tmp_path / "from.txt").write_text("https://herald.example/a\nherald.example\n")

    with pytest.raises(ContractError) as error:
        fetch.main(SETTINGS, tmp_path / "raw", str(tmp_path / "from.txt"))

    assert str(error.value) == (
        f"{tmp_path}/from.txt:2: 'herald.example' is no http(s) address. Correct the line and run `make fetch` again."
    )


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "from.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(ContractError) as error:
        fetch.main(SETTINGS, tmp_path / "raw", str(tmp_path / "from.txt"))

    assert str(error.value) == f"{tmp_path}/from.txt is no UTF-8 text. Give a text file, one address a line."


def test_no_address_at_all_is_refused(tmp_path):
    with pytest.raises(ContractError) as error:
        fetch.main(SETTINGS, tmp_path / "raw")

    assert str(error.value) == (
        'No address is named. Say where from: `make fetch FROM="https://herald.example/feed.xml"`.'
    )


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "raw").write_text("")

    with pytest.raises(ContractError) as error:
        fetch.main(SETTINGS, tmp_path / "raw", "https://herald.example/")

    assert str(error.value) == f"{tmp_path}/raw is a file. Name a folder for the pages: `make fetch DATA=folder`."


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("tries = 4", "tries = 4.5", "tries in [manners] is 4.5, and should be a whole number, 0 or more"),
        ("tries = 4", "", "tries in [manners] is None, and should be a whole number, 0 or more"),
        ("depth = 3", "depth = true", "depth in [manners] is True, and should be a whole number, 0 or more"),
        ("max_wait = 120.0", "max_wait = -1", "max_wait in [manners] is -1, and should be a number, 0 or more"),
        ("[429, 503]", '["429"]', "try_again_on in [manners] is ['429'], and should be a list of whole numbers"),
        (
            "allowed_hosts = []",
            'allowed_hosts = "a"',
            "allowed_hosts in [request] is 'a', and should be a list of texts",
        ),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, before, after, message):
    path = tmp_path / "fetch.toml"
    path.write_text(SETTINGS.read_text().replace(before, after))

    with pytest.raises(ContractError) as error:
        fetch.load(path)

    assert str(error.value) == f"{path}: {message}. Correct it and run `make fetch` again."


def test_the_command_ends_with_one_line_whatever_failed(tmp_path, site, capsys):
    settings = tmp_path / "fetch.toml"
    settings.write_text(
        SETTINGS.read_text()
        .replace("allowed_hosts = []", 'allowed_hosts = ["127.0.0.1"]')
        .replace("seconds_between = 1.0", "seconds_between = 0")
    )

    fetch.main(settings, tmp_path / "raw", site.says("/a", PAGE), site.at("/none"))

    assert capsys.readouterr().out == (
        f"fetch: 1 page new, 0 unchanged, 1 not fetched (1 HTTP 404) -> {tmp_path}/raw\n"
    )
