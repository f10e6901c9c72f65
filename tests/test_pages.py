"""Web pages, kind and hostile, become articles or are told why not, in bounded time and memory."""

import json
import subprocess
import sys

import pytest

from corpus import boilerplate
from corpus.articles import load
from corpus.reading import believed, read
from corpus.records import Raw, Reading, Rejected
from tests.house import ROOT, SHARED, needs_shared

SETTINGS = load(ROOT / "corpus/articles.toml")
READING: Reading = SETTINGS.reading(boilerplate.load(ROOT / "corpus/boilerplate.toml"), "2024-06-01")
BODY = (
    "<p>The port authority was fined on Monday for letting a banned tanker unload, a court said in the capital.</p>"
    "<p>Its lawyers said that it would appeal against the ruling, which they called wrong in law and in fact.</p>"
)


def page(body: str = BODY, head: str = "") -> bytes:
    """A page of the Herald."""
    return f"<!doctype html><html lang='en'><head>{head}</head><body><article>{body}</article></body></html>".encode()


def told(content: bytes, reading: Reading = READING, **said: object) -> dict[str, str]:
    """What is read of a page."""
    record = read(Raw("a.html", ".html", content, said), reading)
    return {**record.said, "text": record.text}


def test_the_head_of_a_page_says_whose_and_when_it_is_and_where_it_stands():
    head = (
        '<link rel="canonical" href="https://herald.example/port#top"><meta property="og:site_name" content="Herald">'
        '<meta property="article:published_time" content="2024-05-06T09:00:00Z">'
        '<meta property="og:title" content="Port fined"><meta name="author" content="A. Reporter">'
    )

    found = told(page(head=head), url="https://amp.herald.example/port", fetched="2024-05-07T10:00:00+02:00")

    known = ("url", "canonical_url", "outlet", "published", "fetched", "title", "author", "language")
    assert {name: found[name] for name in known} == {
        "url": "https://amp.herald.example/port",
        "canonical_url": "https://herald.example/port",
        "outlet": "Herald",
        "published": "2024-05-06",
        "fetched": "2024-05-07T08:00:00Z",
        "title": "Port fined",
        "author": "A. Reporter",
        "language": "en",
    }


CAFE = page("<p>Prices rose in the café’s “zone”." + BODY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(CAFE, "", id="UTF-8"),
        pytest.param(CAFE.decode().encode("cp1252"), "windows-1252", id="as HTTP says"),
        pytest.param(CAFE.decode().encode("cp1252"), "iso-8859-1", id="as browsers read Latin-1"),
        pytest.param(CAFE.decode().encode("utf-16"), "", id="by its mark"),
        pytest.param(CAFE.decode().encode("cp1252"), "no-such", id="as it looks"),
        pytest.param(
            CAFE.replace(b"<head>", b'<head><meta charset="windows-1252">').decode().encode("cp1252"),
            "",
            id="as its head says",
        ),
    ],
)
def test_a_page_is_read_in_the_encoding_it_is_in(content, said):
    assert "Prices rose in the café’s “zone”." in told(content, charset=said)["text"]


def test_a_page_that_declares_nothing_is_read_as_browsers_do_where_nothing_else_is_likelier():
    naive = page("<p>The minister called it naïve to believe in the façade of the deal, and Zoë Noël agreed.</p>" * 3)

    assert "naïve to believe in the façade of the deal, and Zoë Noël" in told(naive.decode().encode("cp1252"))["text"]


@pytest.mark.parametrize("extractor", ["trafilatura", "resiliparse"])
def test_either_extractor_finds_the_article(extractor):
    reading = Reading(READING.names, READING.boilerplate, READING.today, extractor, READING.max_tags, READING.max_depth)

    text = told(page(), reading)["text"]

    assert text.startswith("The port authority was fined on Monday")
    assert text.rstrip().endswith("wrong in law and in fact.")


def test_a_page_of_tomorrow_is_read_and_one_of_the_day_after_is_refused():
    stamp = '<meta property="article:published_time" content="{}">'

    assert told(page(head=stamp.format("2024-06-02")))["published"] == "2024-06-02"
    with pytest.raises(Rejected) as why:
        told(page(head=stamp.format("2024-06-03")))
    assert (why.value.reason, why.value.detail) == ("future date", "2024-06-03 lies after 2024-06-01")


def test_an_address_that_is_none_on_the_web_is_not_kept():
    assert told(page(), url="javascript:alert(1)")["url"] == ""


def test_a_page_has_no_say_in_where_and_when_it_was_fetched():
    head = '<meta name="url" content="https://bank.example/x"><meta name="fetched" content="2001-01-01T00:00:00Z">'

    found = told(page(head=head), url="https://herald.example/port", fetched="2024-05-07T10:00:00Z")

    assert (found["url"], found["fetched"]) == ("https://herald.example/port", "2024-05-07T10:00:00Z")


@pytest.mark.parametrize(
    ("canonical", "believed"),
    [
        ("https://herald.example/port", "https://herald.example/port"),
        ("https://amp.herald.example/port", "https://amp.herald.example/port"),
        ("https://herald.example/", ""),
        ("https://gazette.example/port", ""),
        ("https://HERALD.example/port", "https://HERALD.example/port"),
    ],
    ids=["its own", "of its site", "the site itself", "another site's", "in capitals"],
)
def test_a_page_is_believed_only_an_address_of_its_own(canonical, believed):
    head = f'<link rel="canonical" href="{canonical}">'

    assert told(page(head=head), url="https://www.herald.example/port?x=1")["canonical_url"] == believed


@pytest.mark.parametrize(
    ("canonical", "url", "same"),
    [
        ("https://herald.com/a", "https://herald.de/a", False),
        ("https://a.blogspot.com/a", "https://b.blogspot.com/a", False),
        ("http://10.0.0.1/a", "http://10.0.0.2/a", False),
        ("https://müller.example/a", "https://xn--mller-kva.example/a", True),
        ("https://herald.co.uk/a", "http://m.herald.co.uk:8080/a", True),
        ("https://herald.example", "http://www.herald.example/?utm=1", False),
        ("https://herald.example", "http://www.herald.example/", True),
        ("https://herald.example/?id=3", "https://herald.example/?id=3&x=1", True),
    ],
)
def test_a_site_is_what_somebody_can_own(canonical, url, same):
    assert bool(believed(canonical, url)) is same


def test_a_page_whose_link_leads_nowhere_is_believed_what_else_it_says():
    head = '<link rel="canonical" href="/port"><meta property="og:url" content="https://herald.example/port">'
    head += '<link rel="license noopener" href="/terms"><meta name="dc.rights" content="CC BY 4.0">'

    found = told(page(head=head), url="https://herald.example/port?x=1")

    assert (found["canonical_url"], found["license"]) == ("https://herald.example/port", "CC BY 4.0")


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">',
        '<meta name="dcterms.license" content="https://creativecommons.org/licenses/by/4.0/">',
        '<meta name="DC.rights" content="https://creativecommons.org/licenses/by/4.0/">',
    ],
)
def test_a_page_states_its_licence_in_its_head(head):
    assert told(page(head=head))["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_a_page_that_was_fetched_in_the_future_is_refused():
    with pytest.raises(Rejected) as why:
        told(page(), fetched="2999-01-01T00:00:00Z")

    assert (why.value.reason, why.value.detail) == ("future date", "2999-01-01 lies after 2024-06-01")


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(12))
    + "]><html><body><p>&m;</p></body></html>"
)
HOSTILE = {
    "nested": ("nested too deeply", "<div>" * 100_000 + BODY),
    "tags": ("too many tags", "<p>a</p>" * 1_000_000),
    "spans": ("too many tags", "<span>a</span>" * 500_000),
    "bomb": ("", BOMB),
    "unclosed": ("", "<p" * 2_000_000),
    "attributes": ("", "<p " + "a=b " * 1_000_000 + ">" + BODY),
    "comments": ("", "<!--" * 1_000_000 + BODY),
    "text": ("", "<p>" + "word " * 600_000 + "</p>"),
    "lists": ("", "<ul><li><a href=x>y</a>" * 16_000 + BODY),
    "json": ("", '<script type="application/ld+json">' + "[" * 100_000 + "</script>" + BODY),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends_as_an_article_or_a_reject_within_bounds(name, tmp_path):
    reason, source = HOSTILE[name]
    (tmp_path / "page.html").write_bytes(source.encode() if source.startswith("<?xml") else page(source))

    ended = subprocess.run(
        [sys.executable, "-c", ALONE, tmp_path / "page.html"], capture_output=True, cwd=ROOT, timeout=120, check=True
    )

    found = json.loads(ended.stdout.splitlines()[-1])
    assert found["reason"] == reason or not reason
    assert found["megabytes"] < 1500


# Read one page in a process of its own, which may take 3 GB of addresses, and tell how it ended and what it took.
ALONE = """
import json, pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from corpus.records import Raw, Rejected
from corpus.reading import read
from tests.test_pages import READING
reason = ""
try:
    read(Raw("a.html", ".html", pathlib.Path(sys.argv[1]).read_bytes()), READING)
except Rejected as why:
    reason = why.reason
print(json.dumps({"reason": reason, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


@needs_shared("zyte_article_extraction")
def test_real_news_pages_are_within_the_limits_and_most_give_an_article():
    folder = SHARED / "zyte_article_extraction" / "html"
    reasons = []
    for path in sorted(folder.iterdir())[::6]:
        try:
            read(Raw(path.name, ".html", unpacked(path.read_bytes())), READING)
        except Rejected as why:
            reasons.append(why.reason)

    assert set(reasons) <= {"no text", "future date"}
    assert len(reasons) <= 2


def unpacked(content: bytes) -> bytes:
    """The page, which the benchmark keeps packed."""
    import gzip

    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
