"""Raw files become articles, or are kept out with a reason."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from corpus import articles, boilerplate, inventory, listing
from corpus.dates import day
from corpus.errors import ContractError
from corpus.records import Rejected
from corpus.tables import ARTICLES, REJECTS
from tests.house import ROOT

PAGE = """<!doctype html><html lang="en"><head><title>Port fined - Herald</title>
<link rel="canonical" href="https://herald.example/2024/05/06/port"><meta property="og:title" content="Port fined">
<meta property="og:site_name" content="The Herald"><meta name="author" content="A. Reporter">
<meta property="article:published_time" content="2024-05-06T09:00:00Z"></head><body>
<nav><a href="/">Home</a><a href="/world">World</a></nav><article><h1>Port fined</h1>
<p>The port authority was fined on Monday for letting a banned tanker unload,
a court spokesperson said in the capital.</p>
<p>The authority's lawyers said it would appeal against the ruling, which they called wrong in law and in fact.</p>
</article><footer>We use cookies to improve your visit.</footer></body></html>"""


@pytest.fixture
def make(tmp_path, capsys):
    """Put files into a raw folder, run the step, and return its articles, its rejects and what it said."""

    def run(files: dict[str, bytes], settings: Path = ROOT / "corpus/articles.toml"):
        for name, content in files.items():
            path = tmp_path / "raw" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        inventory.main(tmp_path / "raw", tmp_path / "inventory.jsonl")
        articles.main(
            tmp_path / "inventory.jsonl",
            settings,
            ROOT / "corpus/boilerplate.toml",
            ROOT / "corpus/quality.toml",
            tmp_path / "articles.parquet",
            tmp_path / "rejects.parquet",
        )
        told = capsys.readouterr().out.splitlines()[-1]
        return ARTICLES.read(tmp_path / "articles.parquet"), REJECTS.read(tmp_path / "rejects.parquet"), told

    return run


def test_a_markdown_file_keeps_what_its_head_says_and_loses_its_marks(make):
    source = (
        '---\ntitle: "Ministers meet"\noutlet: Gazette\ndate: 2024-03-02\nurl: https://gazette.example/a\n---\n\n'
        "Ministers **met** on\nMonday.\n\n- They [agreed](https://x.example) on oil.\n"
    )

    found, _, _ = make({"a.md": source.encode()})

    assert found[["title", "outlet", "published", "url", "text"]].to_dict("records") == [
        {
            "title": "Ministers meet",
            "outlet": "Gazette",
            "published": "2024-03-02",
            "url": "https://gazette.example/a",
            "text": "Ministers met on Monday.\n\nThey agreed on oil.",
        }
    ]


def test_a_page_becomes_its_article_without_navigation_and_footer(make):
    found, _, _ = make({"port.html": PAGE.encode()})

    assert found[["title", "outlet", "author", "published", "url", "language"]].to_dict("records") == [
        {
            "title": "Port fined",
            "outlet": "The Herald",
            "author": "A. Reporter",
            "published": "2024-05-06",
            "url": "https://herald.example/2024/05/06/port",
            "language": "en",
        }
    ]
    assert found["text"].iloc[0].splitlines() == [
        "Port fined",
        "The port authority was fined on Monday for letting a banned tanker unload, "
        "a court spokesperson said in the capital.",
        "The authority's lawyers said it would appeal against the ruling, which they called wrong in law and in fact.",
    ]


def test_the_first_line_of_a_plain_text_is_its_headline_if_it_stands_alone(make):
    found, _, _ = make(
        {
            "alone.txt": b"Advertisement\nOil price falls\n\nThe price fell on Monday.\n",
            "prose.txt": b"The price fell on Tuesday.\n\nIt rose later.\n",
        }
    )

    assert found[["source", "title"]].to_dict("records") == [
        {"source": "alone.txt", "title": "Oil price falls"},
        {"source": "prose.txt", "title": ""},
    ]


def test_an_article_is_named_after_its_url_or_else_after_its_bytes(make):
    found, _, _ = make({"a.md": b"---\nurl: https://x.example/1\n---\nOne.\n", "b.txt": b"Two.\n"})
    _, copies, _ = make({"deeper/b.txt": b"Two.\n"})

    assert found["address"].tolist() == ["https://x.example/1", "sha256:" + hashlib.sha256(b"Two.\n").hexdigest()]
    assert copies["detail"].tolist() == ["the same bytes as b.txt, which is as full or fuller"]


def test_each_line_of_json_lines_is_an_article_of_its_own_and_a_broken_one_spoils_no_other(make):
    lines = [
        {"headline": "One", "body": "Rain fell.", "link": "https://x.example/1", "date": "2024-01-02"},
        {"headline": "No words"},
    ]
    raw = "\n".join([json.dumps(lines[0]), '{"title": "bro', "", json.dumps(lines[1]), "[1]"]).encode()

    found, rejects, told = make({"feed.jsonl": raw})

    assert found[["source", "title", "text"]].to_dict("records") == [
        {"source": "feed.jsonl#1", "title": "One", "text": "Rain fell."}
    ]
    assert rejects[["source", "reason", "detail"]].to_dict("records") == [
        {
            "source": "feed.jsonl#2",
            "reason": "broken JSON",
            "detail": "Unterminated string starting at at character 10",
        },
        {
            "source": "feed.jsonl#4",
            "reason": "no text",
            "detail": "none of text, body, content, article, maintext, article_text, full_text, fulltext holds words",
        },
        {"source": "feed.jsonl#5", "reason": "broken JSON", "detail": "the line is no object"},
    ]
    assert told.endswith("(3 rejected: 2 broken JSON, 1 no text)")


@pytest.mark.parametrize(
    ("name", "raw", "reason", "detail"),
    [
        pytest.param("a.txt", b" \n", "empty", "it holds nothing but white space", id="an empty file"),
        pytest.param("a.jsonl", b"", "empty", "it holds no line", id="an empty JSON Lines file"),
        pytest.param("a.html", b"", "empty", "it holds nothing but white space", id="an empty page"),
        pytest.param("a.txt", b"MZ\0\1", "binary", "a zero byte at offset 2", id="a program"),
        pytest.param("a.md", b"Caf\xe9 prices", "not UTF-8", "byte 0xe9 at offset 3", id="another encoding"),
        pytest.param(
            "a.html",
            b"<html><body><div></div></body></html>",
            "no text",
            "no article was found in the page",
            id="a page without words",
        ),
        pytest.param("a.md", b"---\ntitle: x\n---\n", "no text", "it holds no words", id="a head without a body"),
        pytest.param(
            "a.md",
            b"---\ntitle: [x\n---\nWords.\n",
            "broken YAML head",
            "while parsing a flow sequence in \"<unicode string>\", line 1, column 8: title: [x ^ expected ',' or"
            " ']', but got '<stream end>' in \"<unicode string>\", line 2, column 1: ^",
            id="a broken head",
        ),
        pytest.param(
            "a.md", b"---\ndate: soon\n---\nWords.\n", "bad date", "'soon' is no YYYY-MM-DD", id="a date to come"
        ),
        pytest.param(
            "a.pdf",
            b"%PDF",
            "unknown kind",
            ".pdf; known are .txt, .md, .html, .htm, .xhtml, .json, .jsonl, .ndjson, .csv, .tsv, .parquet, .arrow, "
            ".warc, .arc",
            id="a PDF",
        ),
        pytest.param(
            "a.jsonl",
            b'{"text": "half \\ud800"}',
            "not Unicode",
            "its text holds '\\ud800', which is no character",
            id="half a character",
        ),
        pytest.param(
            "a.jsonl",
            b'{"text": "Rain.", "title": "half \\ud800"}',
            "not Unicode",
            "its title holds '\\ud800', which is no character",
            id="half a character in its headline",
        ),
        pytest.param(
            "README.md",
            b"# How these were collected",
            "about the data",
            "its name is among the not_articles of articles.toml",
            id="a file about the others",
        ),
    ],
)
def test_what_is_no_article_is_kept_out_with_a_reason_and_the_rest_goes_on(make, name, raw, reason, detail):
    found, rejects, _ = make({name: raw, "good.txt": b"Talks resumed.\n"})

    assert found["text"].tolist() == ["Talks resumed.\n"]
    assert rejects[["reject_id", "reason", "detail"]].to_dict("records") == [
        {"reject_id": f"{name}#1" if b"{" in raw else name, "reason": reason, "detail": detail}
    ]


def test_what_a_source_says_that_is_nothing_is_nothing(make):
    said: list[dict[str, object]] = [
        {"title": "x" * 3_000, "author": "None", "outlet": None, "url": "http://[x/", "date": "NaT"},
        {"n": int("9" * 4_000), "url": "https://herald.example:bad/a", "canonical_url": "http:///a"},
    ]
    raw = "\n".join(json.dumps({"text": f"Rain fell {number} times.", **one}) for number, one in enumerate(said))

    found, rejects, _ = make({"a.jsonl": raw.replace("9" * 4_000, "9" * 5_000).encode()})

    assert len(rejects) == 0
    known = ["title", "author", "outlet", "url", "canonical_url", "published"]
    assert found.sort_values("source")[known].values.tolist() == [
        [""] * 6,
        ["", "", "herald.example", "https://herald.example:bad/a", "", ""],
    ]


def test_a_file_whose_name_is_no_text_is_read_under_a_name_that_is(make):
    found, _, _ = make({"caf\udce9.txt": b"Rain fell.\n"})

    assert found["source"].tolist() == ["caf\\xe9.txt"]


def test_links_are_followed_once_and_one_that_leads_nowhere_is_told(make, tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "round").symlink_to(tmp_path / "raw")
    (tmp_path / "raw" / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.txt").write_text("Sun.\n")
    (tmp_path / "raw" / "linked").symlink_to(tmp_path / "elsewhere")

    found, rejects, _ = make({"a.txt": b"Rain fell.\n"})

    assert found["source"].tolist() == ["a.txt", "linked/b.txt"]
    assert rejects[["source", "reason", "detail"]].values.tolist() == [
        ["gone.txt", "unreadable", "it is no file, a link to none, or a folder that is closed"]
    ]


def test_many_articles_and_rejects_of_one_file_are_written_part_by_part(make, tmp_path):
    few = (ROOT / "corpus/articles.toml").read_text().replace("partition_articles = 4_000", "partition_articles = 2")
    (tmp_path / "few.toml").write_text(few)
    lines = [line for number in range(5) for line in (json.dumps({"text": f"Rain {number}."}), "broken")]

    found, rejects, told = make({"a.jsonl": "\n".join(lines).encode()}, tmp_path / "few.toml")

    assert found["source"].tolist() == [f"a.jsonl#{number}" for number in (1, 3, 5, 7, 9)]
    assert sorted(rejects["source"]) == sorted(f"a.jsonl#{number}" for number in (10, 2, 4, 6, 8))
    assert len(list((tmp_path / "articles.parquet").iterdir())) == 3
    assert told.endswith("(5 rejected: 5 broken JSON)")


def test_a_file_that_holds_nothing_but_broken_lines_is_not_read_to_its_end(make, monkeypatch):
    monkeypatch.setattr(articles, "HOPELESS", 3)

    found, rejects, told = make({"a.jsonl": b"{\n" * 9, "b.txt": b"Rain fell.\n"})

    assert found["source"].tolist() == ["b.txt"]
    assert rejects[["source", "reason", "detail"]].values.tolist()[0] == [
        "a.jsonl", "hopeless", "3 rejects in a row; the rest is not read",
    ]  # fmt: skip
    assert told.endswith("(4 rejected: 3 broken JSON, 1 hopeless)")


def test_a_file_of_fifty_megabytes_in_one_line_is_rejected_and_the_rest_goes_on(make):
    found, rejects, _ = make({"big.jsonl": b'{"text": "' + b"x" * 50_000_000, "good.txt": b"Talks resumed.\n"})

    assert found["source"].tolist() == ["good.txt"]
    assert rejects[["source", "reason", "detail"]].to_dict("records") == [
        {
            "source": "big.jsonl#1",
            "reason": "too large",
            "detail": "more than 10,000,000 bytes, the max_bytes of articles.toml",
        }
    ]


def test_a_page_of_a_hundred_megabytes_is_rejected_and_not_held(make):
    _, rejects, _ = make({"big.html": b"<html><body>" + b"<p>word " * 14_000_000})

    assert rejects[["source", "reason"]].values.tolist() == [["big.html", "too large"]]


def test_of_two_articles_with_one_url_the_fuller_stays_whichever_comes_first(make):
    teaser = {"text": "Rain.", "url": "https://x.example/1"}
    whole = {"text": "Rain fell all day.", "title": "Rain", "url": "https://x.example/1"}

    found, rejects, _ = make({"a.jsonl": json.dumps(teaser).encode(), "b.jsonl": json.dumps(whole).encode()})

    assert found["text"].tolist() == ["Rain fell all day."]
    assert rejects[["source", "reason", "detail"]].to_dict("records") == [
        {
            "source": "a.jsonl#1",
            "reason": "duplicate article",
            "detail": "the same url as b.jsonl#1, which is as full or fuller",
        }
    ]


def test_the_fullest_stays_though_each_stands_in_a_part_of_its_own_and_a_second_run_finds_the_same(make, tmp_path):
    small = (ROOT / "corpus/articles.toml").read_text().replace("partition_bytes = 8_000_000", "partition_bytes = 1")
    (tmp_path / "small.toml").write_text(small)
    said = [{"text": f"Rain{' again' * number}.", "url": "https://x.example/1"} for number in (0, 2, 1)]
    files = {f"{name}.jsonl": json.dumps(one).encode() for name, one in zip("abc", said, strict=True)}

    found, rejects, told = make({**files, "d.txt": b"Sun.\n"}, tmp_path / "small.toml")
    more, fewer, _ = make({"e.jsonl": json.dumps({**said[1], "title": "Rain"}).encode()}, tmp_path / "small.toml")

    assert found["source"].tolist() == ["b.jsonl#1", "d.txt"]
    assert rejects[["source", "detail"]].values.tolist() == [
        ["a.jsonl#1", "the same url as b.jsonl#1, which is as full or fuller"],
        ["c.jsonl#1", "the same url as b.jsonl#1, which is as full or fuller"],
    ]
    assert told.endswith("(2 rejected: 2 duplicate article)")
    assert more["source"].tolist() == ["d.txt", "e.jsonl#1"]
    assert fewer["source"].tolist() == ["a.jsonl#1", "b.jsonl#1", "c.jsonl#1"]


def test_a_copy_of_a_file_is_a_duplicate_and_same_input_is_same_bytes(make, tmp_path):
    files = {"a.txt": b"Rain fell.\n", "copy of a.txt": b"Rain fell.\n"}

    _, rejects, _ = make(files)
    (first,) = (path.read_bytes() for path in (tmp_path / "articles.parquet").iterdir())
    shutil.rmtree(tmp_path / ".articles.parquet.making")
    make(files)

    assert rejects["detail"].tolist() == ["the same bytes as a.txt, which is as full or fuller"]
    assert [path.read_bytes() for path in (tmp_path / "articles.parquet").iterdir()] == [first]


def test_a_folder_that_is_not_there_is_refused_in_one_line(tmp_path):
    with pytest.raises(ContractError) as error:
        inventory.main(tmp_path / "nowhere", tmp_path / "inventory.jsonl")

    assert str(error.value) == (
        f"There is no folder {tmp_path}/nowhere. Put articles (pages, text, tables, WARC) there, run `make fetch`, "
        "or name another: `make articles RAW=folder`."
    )


def test_a_file_in_place_of_a_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "a.txt").write_text("Rain.")

    with pytest.raises(ContractError) as error:
        inventory.main(tmp_path / "a.txt", tmp_path / "inventory.jsonl")

    assert str(error.value) == (
        f"{tmp_path}/a.txt is a file. Name the folder it stands in: `make articles RAW=folder`."
    )


def test_another_folder_in_place_of_the_one_before_is_told(tmp_path, capsys):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        inventory.main(tmp_path / name, tmp_path / "inventory.jsonl")

    assert capsys.readouterr().out == (
        f"inventory: the articles are those of {tmp_path}/two now, and no longer those of {tmp_path}/one\n"
    )


def test_the_inventory_is_left_alone_when_nothing_changed(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text("Rain.")
    inventory.main(tmp_path / "raw", tmp_path / "inventory.jsonl")
    first = (tmp_path / "inventory.jsonl").stat().st_mtime_ns

    inventory.main(tmp_path / "raw", tmp_path / "inventory.jsonl")
    again = (tmp_path / "inventory.jsonl").stat().st_mtime_ns
    (tmp_path / "raw" / "b.txt").write_text("Sun.")
    inventory.main(tmp_path / "raw", tmp_path / "inventory.jsonl")

    assert again == first
    folder, files = listing.read(tmp_path / "inventory.jsonl")
    assert folder == tmp_path / "raw"
    assert [(name, size) for name, size, _, _ in files] == [("a.txt", 5), ("b.txt", 4)]


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param("", id="nothing in it"),
        pytest.param('"raw"\n["a.txt", 5', id="broken off"),
        pytest.param('"raw"\n["a.txt", 5]\n', id="a line too short"),
        pytest.param('"raw"\n5\n', id="a line that is no list"),
        pytest.param("5\n", id="no folder"),
        pytest.param("\0" * 40, id="zeros, as a crash leaves them"),
    ],
)
def test_a_spoilt_inventory_is_refused_in_one_line(tmp_path, spoilt):
    (tmp_path / "raw").mkdir()
    path = tmp_path / "inventory.jsonl"
    path.write_text(spoilt)

    with pytest.raises(ContractError) as error:
        inventory.main(tmp_path / "raw", path)

    assert str(error.value) == (
        f"{path} is no list of files any more. Delete it: it is made anew, and what the articles say of their dates is "
        "then held against today."
    )


@pytest.mark.parametrize(
    ("said", "read"),
    [
        pytest.param("", "", id="no date"),
        pytest.param("2024-05-06", "2024-05-06", id="ISO"),
        pytest.param("2024-05-06 08:46:21-04:00", "2024-05-06", id="ISO with a time"),
        pytest.param("Mon, 06 May 2024 08:00:00 GMT", "2024-05-06", id="as feeds write it"),
        pytest.param("May 6, 2024", "2024-05-06", id="a month by name"),
        pytest.param("6th of May 2024 at 9:30 p.m. EDT", "2024-05-06", id="a month by name and an hour"),
        pytest.param("2024/5/6", "2024-05-06", id="the year first"),
        pytest.param("20240506120000", "2024-05-06", id="figures drawn together"),
        pytest.param("1714996800", "2024-05-06", id="seconds since 1970"),
        pytest.param("1714996800123", "2024-05-06", id="thousandths of them"),
    ],
)
def test_a_date_is_read_as_its_source_writes_it(said, read):
    assert day(said) == read


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("3/4/2024", id="figures that may be two days"),
        pytest.param("3/4/2024 (Mon)", id="the same with the day of the week"),
        pytest.param("May 2024", id="a month without a day"),
        pytest.param("6 May", id="a day without a year"),
        pytest.param("Monday", id="a day of the week"),
        pytest.param("2024-02-30", id="a day that never was"),
        pytest.param("Jan 1 " + "1" * 50_000, id="a year without an end"),
    ],
)
def test_what_does_not_say_which_day_it_is_is_no_date(said):
    with pytest.raises(Rejected) as why:
        day(said)

    assert (why.value.reason, why.value.detail) == ("bad date", f"{said[:40]!r} is no YYYY-MM-DD")


@pytest.mark.parametrize(
    ("line", "is_boilerplate"),
    [
        pytest.param("IE 11 is not supported. Visit us with another browser.", True, id="an old browser"),
        pytest.param("Get more newsLiveon", True, id="a button run together"),
        pytest.param("Sign up for our newsletter", True, id="a newsletter"),
        pytest.param("Advertisement", True, id="an advertisement"),
        pytest.param("Advertisement spending fell in May.", False, id="a sentence about advertisements"),
        pytest.param(
            "Read more ships' papers, the inspector told his staff, and believe fewer of them, he added later.",
            False,
            id="a sentence that begins like a link",
        ),
    ],
)
def test_boilerplate_is_a_whole_line_and_no_sentence(line, is_boilerplate):
    assert boilerplate.load(ROOT / "corpus/boilerplate.toml").is_line(line) == is_boilerplate
