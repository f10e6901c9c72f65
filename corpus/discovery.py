"""A feed or a sitemap -> the addresses it lists; anything else is a page."""

from collections.abc import Collection
from dataclasses import dataclass

import httpx
from courlan import clean_url, get_hostinfo
from lxml import etree
from trafilatura.feeds import FeedParameters, handle_link_list
from trafilatura.sitemaps import SitemapObject

from corpus.safety import NotFetched, web_address

BEGINNING = 1 << 16  # bytes among which the first element stands
FEEDS = ("rss", "feed", "RDF")
SITEMAPS = ("urlset", "sitemapindex")


@dataclass(frozen=True)
class Found:
    """What a list holds: addresses to be asked, and with their reasons the links that are none."""

    addresses: list[str]
    passed_over: list[tuple[str, NotFetched]]
    broken: int  # the line from which it is no good XML, 0 if it is; links behind it may be missing


def is_list(body: bytes) -> bool:
    """Whether an answer is a feed or a sitemap, by its first element and not by what its server calls it."""
    return root_name(body) in FEEDS + SITEMAPS


def root_name(body: bytes) -> str:
    """The first element's name without its namespace, "" if there is none."""
    parser = etree.XMLPullParser(events=("start",), recover=True, resolve_entities=False, no_network=True)
    try:
        parser.feed(body[:BEGINNING])
        _, root = next(iter(parser.read_events()), (None, None))
    except etree.XMLSyntaxError:
        return ""
    return local_name(root) if isinstance(root, etree._Element) else ""


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace; comments have none, nor has what the parser lets pass as UTF-8."""
    try:
        return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    except UnicodeDecodeError:
        return ""


def listed(body: bytes, url: httpx.URL, allowed: Collection[str], other_sites: bool) -> Found:
    """Read a list with a parser, then have trafilatura clean and judge each link.

    trafilatura's own reading of feeds is by regular expressions that take a second for 14 kB of `<link>` without an
    end, and four times as long for twice as much; and it leaves `&amp;` as it stands.
    """
    root, broken = parsed(body)
    judge = from_sitemap if local_name(root) in SITEMAPS else from_feed
    found = Found([], [], broken)
    for link in dict.fromkeys(links(root)):
        try:
            address = web_address(link, url)
            own = address.host in allowed  # trafilatura knows no host without a public name
            judged = clean_url(str(address)) if own else judge(str(address), url, other_sites)
            if not judged:
                raise NotFetched("no article's address", f"trafilatura passes over it in {url}")
            found.addresses.append(judged)
        except NotFetched as why:
            found.passed_over.append((link, why))
    return found


def parsed(body: bytes) -> tuple[etree._Element, int]:
    """A list's root, and the line at which it breaks off, 0 if it is whole."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise NotFetched("broken list", str(error)) from error
    if root is None:  # of white space and what is no character the parser makes nothing
        raise NotFetched("broken list", "it holds no element")
    fatal = parser.error_log.filter_from_fatals()
    return root, max(fatal[0].line, 1) if fatal else 0


def links(root: etree._Element) -> list[str]:
    """The links of a list's entries, as they are written: not those of the feed itself, which lead to its home page."""
    try:
        if local_name(root) in SITEMAPS:
            return [words(loc) for entry in root for loc in entry if local_name(loc) == "loc"]
        entries = [element for element in root.iter() if local_name(element) in ("item", "entry")]
        return [link for entry in entries if (link := entry_link(entry))]
    except UnicodeDecodeError as error:  # half a character, which the parser lets pass
        raise NotFetched("broken list", str(error)) from error


def entry_link(entry: etree._Element) -> str:
    """An entry's link: in RSS the words of `link`, or of a permanent `guid`; in Atom the `href` of the alternate."""
    named = [element for element in entry if local_name(element) == "link"]
    found = [one.get("href") or words(one) for one in named if one.get("rel", "alternate") == "alternate"]
    guids = [element for element in entry if local_name(element) == "guid"]
    found += [words(guid) for guid in guids if guid.get("isPermaLink", "true") == "true"]
    return next((link.strip() for link in found if link.strip()), "")


def words(element: etree._Element) -> str:
    """What an element says."""
    return (element.text or "").strip()


def from_feed(link: str, feed: httpx.URL, other_sites: bool) -> str:
    """A feed's link as trafilatura cleans it, "" if it takes it for no article's."""
    domain, home = get_hostinfo(str(feed))
    return next(iter(handle_link_list([link], FeedParameters(home, domain or feed.host, str(feed), other_sites))), "")


def from_sitemap(link: str, sitemap: httpx.URL, other_sites: bool) -> str:
    """A sitemap's link as trafilatura cleans it, "" if it passes over it."""
    domain, home = get_hostinfo(str(sitemap))
    seen = SitemapObject(home, domain or sitemap.host, [], None, other_sites)
    seen.handle_link(link)
    return next(iter(seen.sitemap_urls + seen.urls), "")
