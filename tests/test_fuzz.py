"""Whatever bytes a reader meets, it gives rows, or says in one line why not, in bounded time and memory.

FUZZ=5000 tries so many times as many files of each kind, each time others; `make fuzz` does.
"""

import json
import os
import random
import resource
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from importlib import import_module
from inspect import signature
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import articles, ledger, quality
from corpus.articles import article
from corpus.containers import OPENERS, records
from corpus.discovery import is_list, listed
from corpus.errors import ContractError
from corpus.records import Raw, Rejected
from corpus.safety import NotFetched
from corpus.tables import ARTICLES
from labeling import answer, pulled
from labeling.annotations import annotations
from labeling.pulled import Mark, page
from labeling.studio import Task
from labeling.tables import ANSWERS
from tests.house import ROOT, SHARED, needs_shared
from tests.test_containers import PAGE, TWO, warc
from tests.test_pages import READING
from tests.workspace import VERSION
from tests.world import BOOK
from training import folder

TIMES = int(os.environ.get("FUZZ", "1"))
SLOWEST = 20_000  # milliseconds that a file of a few kilobytes may take on a machine with other work to do
MOST = 500_000  # kilobytes that a whole test may add to the memory of the process
LIMIT = 100_000  # bytes of a record
GOOD = quality.load(ROOT / "corpus/quality.toml")
SETTINGS = sorted(path for path in ROOT.glob("[clt]*/*.toml") if path.name != "splitting.toml")  # that is no setting


def fuzz(examples: int):
    """So many examples, the same ones at each run, or FUZZ times as many, each time others."""
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,
        deadline=SLOWEST,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(autouse=True)
def memory() -> Iterator[None]:
    """No test may need much more memory than there was before."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST


def packed(name: str, **columns: list[Any]) -> bytes:
    """Rows as Arrow writes them."""
    file, rows = BytesIO(), pa.table(columns)
    with {"file": pa.ipc.new_file, "stream": pa.ipc.new_stream}[name](file, rows.schema) as writer:
        writer.write_table(rows)
    return file.getvalue()


MADE = {
    ".warc": warc(("response", "200 OK", "text/html", PAGE)),
    ".arc": warc(("response", "200 OK", "text/html", PAGE), packed=False),
    ".jsonl": "\n".join(map(json.dumps, TWO)).encode(),
    ".json": json.dumps(TWO).encode(),
    ".csv": pd.DataFrame(TWO).to_csv(index=False).encode(),
    ".parquet": pd.DataFrame(TWO).to_parquet(),
    ".arrow": packed("file", title=["One"], text=["Rain fell."]),
    ".arrow stream": packed("stream", title=["One"], text=["Rain fell."]),
}
REAL = [path.read_bytes() for path in sorted((ROOT / "corpus/demo").iterdir())[::7]]
NASTY = [
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"<", b"<!--", b"]]>", b"&#0;", b"&#xD800;", b'"', b"'", b"{",
    b"[", b"\r", b"\n\n", b"---\n", b"\t", b"9" * 400, b"1e999", b"NaN", b"<div>" * 300, b"[" * 3000, b"> " * 200,
    b"*_" * 200,
    b"Content-Length: -1\r\n", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"PAR1", b"2024-13-45", b"0000-00-00", b"\xe2\x80\xae",
    b"&x: [*x, *x]\n", b"!!python/object:os.system {}\n", b"]]]]", b"<svg><math>", b"charset=utf-7",
]  # fmt: skip


def damaged(content: bytes, other: bytes, seed: int) -> bytes:
    """Bytes of which some are others, more, fewer, twice there, cut off, or of another file."""
    chance, found = random.Random(seed), bytearray(content)  # noqa: S311 - a test, no secret
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randint(0, len(found)), chance.choice((1, 2, 4, 8, 64, 1024))
        new = chance.choice((
            b"", chance.randbytes(length), chance.choice(NASTY), chance.choice(NASTY), bytes(found[at : at + length]),
            other[at : at + length],
        ))  # fmt: skip
        found[at : at + chance.choice((0, 0, 1, len(new), length))] = new
        if chance.random() < 0.05:
            del found[at:]
    return bytes(found)


def bytes_like(*contents: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes, and damaged ones of these."""
    one = st.sampled_from(contents)
    return st.builds(damaged, one, one, st.integers(0, 2**40)) | st.binary(max_size=300)


@pytest.mark.parametrize("ending", [*OPENERS, ".jsonl.gz", ".warc.gz", ".parquet.gz"])
@fuzz(25)
@given(content=bytes_like(*MADE.values(), *REAL))
def test_whatever_stands_in_a_raw_file_its_records_are_articles_or_rejected(tmp_path_factory, ending, content):
    read_raw(tmp_path_factory.getbasetemp(), f"fuzzed{ending}", content)


def read_raw(place: Path, name: str, content: bytes) -> None:
    """Read a raw file as `make articles` does."""
    (place / name).write_bytes(content)
    for record in records(place, name, LIMIT):
        with suppress(Rejected):
            ARTICLES.batch([article(record, READING, GOOD)] if isinstance(record, Raw) else [])


ARCHIVES = SHARED / "warc_samples" / "test" / "data"


@needs_shared("warc_samples")
@pytest.mark.parametrize("ending", [".warc", ".warc.gz", ".arc", ".arc.gz"])
@fuzz(25)
@given(data=st.data())
def test_real_archives_are_read_or_told_apart_however_they_are_damaged(tmp_path_factory, ending, data):
    real = [path.read_bytes()[:60_000] for path in sorted(ARCHIVES.glob(f"*{ending}"))]

    read_raw(tmp_path_factory.getbasetemp(), f"archive{ending}", data.draw(bytes_like(*real)))


FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><link>https://herald.example/</link><item><title>One</title>
<link>https://herald.example/2024/05/one</link></item><item><guid isPermaLink="true">https://herald.example/two</guid>
</item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="alternate" href="https://herald.example/one"/>
</entry></feed>"""
SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://herald.example/one</loc></url>
</urlset>"""
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss><item><link>&b;</link></item></rss>'


@fuzz(150)
@given(content=bytes_like(FEED, ATOM, SITEMAP, BOMB), other_sites=st.booleans())
def test_whatever_a_feed_or_sitemap_holds_its_links_are_taken_or_passed_over(content, other_sites):
    is_list(content)
    with suppress(NotFetched):
        listed(content, httpx.URL("https://herald.example/feed"), (), other_sites)


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "from_name": st.sampled_from([*BOOK.sets, "comment", "x"]) | st.integers(),
        "type": st.sampled_from(["choices", "textarea"]),
        "value": st.recursive(
            st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["none", "favor"]),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["choices", "text"]), inner),
            max_leaves=5,
        ),
    },
)
RESULTS = st.lists(PARTS | st.none() | st.integers() | st.text(max_size=3), max_size=4) | st.none() | PARTS


@fuzz(30)
@given(results=st.lists(RESULTS, min_size=1, max_size=9))
def test_whatever_label_studio_holds_as_an_answer_it_counts_or_is_left_out_with_the_reason(results):
    told = [{**GIVEN, "id": number, "result": result} for number, result in enumerate(results, 1)]
    rows = page("1 now", [Task(7, {"key": "k"}, told)], str).rows.to_pandas()
    asked = {"item_id": "a.1@topic", "annotator": "annotator-1", "purpose": "batch", "codebook_version": VERSION}
    named = [f"a.1@topic/annotator-1/{number}" for number in rows["annotation"]]
    answers = ANSWERS.frame(rows.assign(**asked, assignment_id=named, answer_id=named).to_dict("records"))

    found = annotations(answers, {"a.1@topic": ""}, BOOK, {})

    assert set(found["annotation_id"]) == set(named)


GIVEN: dict[str, Any] = {
    "completed_by": 1, "created_at": "2024-05-01T10:00:00Z", "updated_at": "2024-05-01T10:00:00Z", "lead_time": None,
    "was_cancelled": False, "ground_truth": False, "parent_prediction": None, "last_action": None,
}  # fmt: skip
RECORDED = b'{"item_id": "a.1@topic", "sanction_violation": "none", "flags": [], "comment": "x"}\n'


@fuzz(150)
@given(content=bytes_like(RECORDED, b'[1]\n"x"\n{"item_id": 1, "stance": [[]]}\n', b'{"item_id": "a", "stance": {}}'))
def test_whatever_a_file_of_recorded_answers_holds_it_is_read_or_its_line_is_named(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "annotator-1.jsonl"
    path.write_bytes(content)

    with suppress(ContractError):
        for one in answer.load(path, BOOK):
            answer.result(one, BOOK)


ROWS = pd.DataFrame({"text": ["Rain fell.", "It was late."], "label": ["a", "b"], "share_a": [0.5, 1.0]})


@pytest.mark.parametrize("ending", folder.FORMATS)
@fuzz(40)
@given(
    content=bytes_like(ROWS.to_csv(index=False).encode(), ROWS.to_json(orient="records", lines=True).encode())
    | bytes_like(ROWS.to_parquet(), b'{"text": [1], "label": {}}\n', b"text\tlabel\nx\ty\n")
)
def test_whatever_a_dataset_of_others_holds_it_is_read_or_its_file_is_named(tmp_path_factory, ending, content):
    place = tmp_path_factory.getbasetemp() / f"dataset{ending}"
    place.mkdir(exist_ok=True)
    (place / f"train{ending}").write_bytes(content)

    with suppress(ContractError):
        folder.rows(place, "stance")


@fuzz(60)
@given(content=bytes_like(ANSWERS.name.encode(), pd.DataFrame({"answer_id": ["x"]}).to_parquet()))
def test_whatever_stands_where_a_table_should_it_is_read_or_told(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "answers.parquet"
    path.write_bytes(content)

    with suppress(ContractError):
        ANSWERS.read(path)


LISTED = b'"raw"\n["a.txt", 5, 1715000000000000000, "2024-05-06"]\n["b.txt", 0, 1, "2024-05-07"]\n'


@fuzz(100)
@given(content=bytes_like(LISTED, b'["a", [], {}, 1]\n'))
def test_whatever_stands_in_an_inventory_it_is_read_or_told(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "inventory.jsonl"
    path.write_bytes(content)

    with suppress(ContractError):
        folder, files = articles.listed(path)
        assert sum(len(part) for part in articles.partitions(files, 3)) == len(files)
        assert folder.is_absolute()


TRIED = [{"url": "https://a.example/1", "final_url": "", "time": "2024-05-06T08:00:00Z", "outcome": "new", "file": "x"}]


@fuzz(100)
@given(content=bytes_like(json.dumps(TRIED[0]).encode() + b"\n", b'{"url": 1, "file": []}\n{"url": {}, "file": "a"}\n'))
def test_whatever_stands_in_a_ledger_its_whole_lines_are_read(tmp_path_factory, content):
    place = tmp_path_factory.getbasetemp() / "ledger"
    place.mkdir(exist_ok=True)
    (place / "x").touch()
    (place / ledger.NAME).write_bytes(content)

    found = ledger.Ledger(place)

    for url in found.kept:
        found.fresh(url, datetime(2024, 5, 7, tzinfo=UTC), 48)


@fuzz(60)
@given(data=st.data())
def test_whatever_stands_where_what_was_pulled_should_it_is_read_or_told(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "pulled.parquet"
    pulled.save(
        page("1 now", [Task(7, {"key": "k"}, [{**GIVEN, "id": 1, "result": []}])], str).rows, Mark("1 now"), path
    )
    path.write_bytes(data.draw(bytes_like(path.read_bytes(), pd.DataFrame({"pulled_id": ["x"]}).to_parquet())))

    with suppress(ContractError):
        pulled.load(path)


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.name)
@fuzz(15)
@given(data=st.data())
def test_whatever_stands_in_a_settings_file_it_is_taken_or_what_is_wrong_is_told(tmp_path_factory, path, data):
    written = tmp_path_factory.getbasetemp() / path.name
    written.write_bytes(data.draw(altered(path) | bytes_like(path.read_bytes())))
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    known = {"tone_file": ROOT / "training/tone.toml", "book": BOOK}

    with suppress(ContractError):
        module.load(written, *(known[name] for name in list(signature(module.load).parameters)[1:]))


VALUES = [
    0,
    -1,
    1.5,
    10**30,
    float("nan"),
    True,
    "",
    "(",
    "x",
    "*",
    [],
    [1],
    ["("],
    ["x", "x"],
    [[]],
    [{}],
    {},
    {"x": 1},
]


def altered(path: Path) -> st.SearchStrategy[bytes]:
    """The settings in which one value is another, or is not there, or a key is there that nobody knows."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return st.builds(
        lambda place, value: written({**put(told, place, value)}).encode(),
        st.sampled_from([*places(told), ("unknown",)]),
        st.none() | st.sampled_from(VALUES) | st.text(max_size=8) | st.integers(-(2**70), 2**70) | st.floats(),
    )


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value of a settings file stands."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*at, key)
        yield from places(one, (*at, key))


def put(told: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The same settings with another value there, or none if it is None."""
    found = deepcopy(told)
    holder: Any = found
    for key in place[:-1]:
        holder = holder[key]
    if value is not None:
        holder[place[-1]] = value
    elif place != ("unknown",):
        del holder[place[-1]]
    return found


def written(told: dict[str, Any]) -> str:
    """Settings as TOML."""
    return "".join(f"{json.dumps(key)} = {inline(value)}\n" for key, value in told.items())


def inline(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return str(value).lower() if isinstance(value, bool | float) else json.dumps(value)
