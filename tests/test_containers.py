"""Raw files of every kind give their records, and a fault costs no record that stands before it."""

import csv
import gzip
import json
from collections import deque
from io import BytesIO, StringIO
from secrets import token_hex

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from corpus.containers import OPENERS, records
from corpus.records import Raw, Rejected
from tests.house import SHARED, needs_shared

LIMIT = 10_000_000
TWO = [{"title": "One", "text": "Rain fell."}, {"title": "Two", "text": "It was late."}]


@pytest.fixture
def found(tmp_path):
    """Write a file and return what stands in it: source and content, or source, reason and detail."""

    def run(name: str, content: bytes, limit: int = LIMIT) -> list[tuple[object, ...]]:
        (tmp_path / name).write_bytes(content)
        return list(map(plain, records(tmp_path, name, limit)))

    return run


def plain(record: Raw | tuple[str, Rejected]) -> tuple[object, ...]:
    """A record, or why there is none, as it is compared."""
    if isinstance(record, tuple):
        return record[0], record[1].reason, record[1].detail
    return record.source, json.loads(record.content) if record.kind == ".json" else record.content


def warc(*pages: tuple[str, str, str, bytes], packed: bool = True) -> bytes:
    """A WARC file: of each record its type, its HTTP status, its content type and its body."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=packed)
    for number, (kind, status, content_type, body) in enumerate(pages, 1):
        headers = StatusAndHeaders(status, [("Content-Type", content_type)], protocol="HTTP/1.1")
        about = {"WARC-Date": "2024-05-01T10:00:00Z"}
        address = f"https://herald.example/{number}"
        http = {} if kind == "request" else {"http_headers": headers}
        writer.write_record(
            writer.create_warc_record(address, kind, payload=BytesIO(body), warc_headers_dict=about, **http)
        )
    return file.getvalue()


PAGE = b"<html><body><p>Rain fell on the port on Monday, and the ships waited.</p></body></html>"


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param("a.jsonl", lambda path: path.write_text("\n".join(map(json.dumps, TWO))), id="JSON Lines"),
        pytest.param(
            "a.jsonl.gz",
            lambda path: path.write_bytes(gzip.compress("\n".join(map(json.dumps, TWO)).encode())),
            id="JSON Lines, packed",
        ),
        pytest.param("a.json", lambda path: path.write_text("\n".join(map(json.dumps, TWO))), id="JSON, one a line"),
        pytest.param("a.json", lambda path: path.write_text(json.dumps(TWO)), id="JSON, an array"),
        pytest.param("a.json", lambda path: path.write_text(json.dumps(TWO, indent=2)), id="an array over many lines"),
        pytest.param(
            "a.json",
            lambda path: path.write_text("\n".join(json.dumps(one, indent=2) for one in TWO)),
            id="JSON, one behind the other",
        ),
        pytest.param(
            "a.parquet.gz",
            lambda path: path.write_bytes(gzip.compress(pd.DataFrame(TWO).to_parquet())),
            id="Parquet, packed once more",
        ),
        pytest.param("a.csv", lambda path: pd.DataFrame(TWO).to_csv(path, index=False), id="a table of text"),
        pytest.param(
            "a.csv",
            lambda path: pd.DataFrame(TWO).to_csv(path, index=False, sep=";"),
            id="its cells parted by semicolons",
        ),
        pytest.param("a.tsv", lambda path: pd.DataFrame(TWO).to_csv(path, index=False, sep="\t"), id="parted by tabs"),
        pytest.param("a.parquet", lambda path: pd.DataFrame(TWO).to_parquet(path), id="Parquet"),
    ],
)
def test_a_file_of_many_records_gives_each_with_its_number(tmp_path, name, write):
    write(tmp_path / name)

    assert [plain(record) for record in records(tmp_path, name, LIMIT)] == [
        (f"{name}#1", TWO[0]),
        (f"{name}#2", TWO[1]),
    ]


def test_an_array_that_is_larger_than_what_is_read_at_once_gives_all_its_values(found):
    many = [{"text": f"Rain fell {number} times. {'x' * 700_000}"} for number in range(5)]

    assert [record[1] for record in found("a.json", json.dumps(many).encode(), 1_000_000)] == many


def test_an_array_that_breaks_off_gives_the_values_before_and_says_where(found):
    assert found("a.json", b'[{"text": "Rain."}, {"text": "Su', 1_000) == [
        ("a.json#1", {"text": "Rain."}),
        ("a.json", "broken JSON", "behind value 1 comes no whole one within 1,000 characters"),
    ]


def test_an_array_that_breaks_off_between_two_values_says_so(found):
    assert found("a.json", b'[{"text": "Rain."}, {"text": "Sun."},', 1_000)[2:] == [
        ("a.json", "broken JSON", "behind value 2 its list breaks off")
    ]


def test_a_broken_line_of_a_json_file_spoils_no_other(tmp_path):
    (tmp_path / "a.json").write_text('{"text": "Rain."}\n{"text": \n{"text": "Sun."}')

    lines = [record.content for record in records(tmp_path, "a.json", LIMIT) if isinstance(record, Raw)]

    assert lines == [b'{"text": "Rain."}', b'{"text": ', b'{"text": "Sun."}']


def test_a_dataset_that_was_saved_gives_its_rows_and_nothing_of_its_bookkeeping(tmp_path):
    Dataset.from_list(TWO).save_to_disk(tmp_path)

    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["data-00000-of-00001.arrow", "dataset_info.json", "state.json"]
    assert [plain(record) for name in names for record in records(tmp_path, name, LIMIT)] == [
        (f"{names[0]}#1", TWO[0]),
        (f"{names[0]}#2", TWO[1]),
    ]


def test_a_file_of_arrow_gives_its_rows_and_dates_as_words(tmp_path):
    table = pa.table(
        {"text": ["Rain."], "date": pa.array([19_800], pa.date32()), "score": [float("nan")], "tags": [["x"]]}
    )
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)

    assert [plain(record) for record in records(tmp_path, "a.arrow", LIMIT)] == [
        ("a.arrow#1", {"text": "Rain.", "date": "2024-03-18"})
    ]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_an_archive_gives_its_pages_with_address_and_time_and_says_what_its_other_records_are(tmp_path, name):
    content = warc(
        ("response", "200 OK", "text/html; charset=windows-1252", PAGE),
        ("request", "", "", b"GET / HTTP/1.1\r\n\r\n"),
        ("response", "404 Not Found", "text/html", b"Not here"),
        ("response", "200 OK", "image/png", b"\x89PNG"),
        ("revisit", "200 OK", "text/html", b""),
        packed=name.endswith(".gz"),
    )
    (tmp_path / name).write_bytes(content)

    page, *others = records(tmp_path, name, LIMIT)

    assert isinstance(page, Raw)
    assert (page.source, page.kind, page.content) == (f"{name}#1", ".html", PAGE)
    assert page.said == {
        "url": "https://herald.example/1",
        "fetched": "2024-05-01T10:00:00Z",
        "charset": "windows-1252",
    }
    assert [plain(record) for record in others] == [
        (f"{name}#3", "no page", "HTTP 404"),
        (f"{name}#4", "no page", "image/png"),
        (f"{name}#5", "no page", "revisit"),
    ]


def test_an_archive_that_was_packed_in_one_piece_is_read_all_the_same(found):
    pages = warc(("response", "200 OK", "text/html", PAGE), ("response", "200 OK", "text/html", PAGE), packed=False)

    assert found("a.warc.gz", gzip.compress(pages)) == [("a.warc.gz#1", PAGE), ("a.warc.gz#2", PAGE)]


def test_an_archive_that_breaks_off_gives_the_pages_before_and_says_where(found):
    whole = warc(("response", "200 OK", "text/html", PAGE), ("response", "200 OK", "text/html", PAGE), packed=False)

    assert found("a.warc", whole[:-40]) == [
        ("a.warc#1", PAGE),
        ("a.warc#2", "cut off", "36 bytes are missing behind it"),
    ]


def test_a_packed_archive_that_is_damaged_gives_the_pages_before_and_says_behind_which(found):
    whole = warc(*[("response", "200 OK", "text/html", PAGE)] * 3)
    third = whole.rindex(b"\x1f\x8b\x08")  # how a packed record begins

    one, two, fault = found("a.warc.gz", whole[: third + 10] + b"\xff" * 60)

    assert (one, two) == (("a.warc.gz#1", PAGE), ("a.warc.gz#2", PAGE))
    assert fault[:2] == ("a.warc.gz", "broken archive")
    assert str(fault[2]).startswith("behind record 2: ")


def test_a_page_that_is_packed_in_a_way_we_do_not_know_is_told(found):
    page = warc(("response", "200 OK", "text/html\r\nContent-Encoding: br", PAGE))

    assert found("a.warc.gz", page) == [("a.warc.gz#1", "no page", "packed as br")]


def test_rows_that_are_torn_are_told_and_the_rest_is_read(found):
    rows = b'title,text\nOne,Rain fell.\nTwo\nThree,"It\nwas late."\nFour,Caf\xe9\nFive,Sun\n'

    assert found("a.csv", rows) == [
        ("a.csv#1", {"title": "One", "text": "Rain fell."}),
        ("a.csv#2", "broken row", "1 cells where the first row has 2"),
        ("a.csv#3", {"title": "Three", "text": "It\nwas late."}),
        ("a.csv#4", "not UTF-8", "byte 0xe9"),
        ("a.csv#5", {"title": "Five", "text": "Sun"}),
    ]


def test_a_quotation_mark_that_is_never_closed_swallows_no_row_unseen(found):
    rows = b'title,text\nOne,"Rain fell.\nTwo,It was late.\nThree,"Sun"\nFour,Snow.\nFive,"Hail.\nSix,Fog.\n'

    assert found("a.csv", rows) == [
        ("a.csv#1", "broken row", "',' expected after '\"', in 3 lines"),
        ("a.csv#2", {"title": "Four", "text": "Snow."}),
        ("a.csv#3", "broken row", "unexpected end of data, in 2 lines"),
    ]


def test_between_tabs_a_quotation_mark_may_be_no_more_than_part_of_the_text(found):
    rows = b'title\ttext\nOne\t"We stay," he said.\nTwo\tSo "be" it\nThree\t"Sun.\n\nFour\tLate."\n'

    assert [record[1] for record in found("a.tsv", rows)] == [
        {"title": "One", "text": '"We stay," he said.'},
        {"title": "Two", "text": 'So "be" it'},
        {"title": "Three", "text": '"Sun.'},
        {"title": "Four", "text": 'Late."'},
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_marks_that_stand_where_they_should_part_cells_in_any_table(found, name):
    file = StringIO()
    texts = ["One para.\n\nAnother, with\ta tab.", 'He said "no".', '"', "plain"]
    csv.writer(file, delimiter="," if name == "a.csv" else "\t").writerows([["id", "text"], *enumerate(texts)])

    assert [record[1]["text"] for record in found(name, file.getvalue().encode())] == texts


def test_a_table_of_one_column_keeps_its_cells_of_many_lines(found):
    file = StringIO()
    texts = ["One para.\n\nAnother.", 'He said "no".\nThen he left.']
    csv.writer(file).writerows([["text"], *([text] for text in texts)])

    assert [record[1]["text"] for record in found("a.csv", file.getvalue().encode())] == texts


def test_a_row_that_is_too_long_is_passed_over_and_the_next_is_read(found):
    assert found("a.csv", b"title,text\nOne," + b"x" * 90 + b"\nTwo,Sun.\n", 60) == [
        ("a.csv#1", "too large", "more than 60 characters, the max_bytes of articles.toml"),
        ("a.csv#2", {"title": "Two", "text": "Sun."}),
    ]


def test_a_row_of_many_lines_that_does_not_end_is_told_and_not_held(found):
    one, *others = found("a.csv", b'title,text\n"' + b'x\n","' * 100, 60)

    assert one == ("a.csv#1", "too large", "more than 60 characters, the max_bytes of articles.toml")
    assert {record[1] for record in others} <= {"too large", "broken row"}


def test_a_parquet_file_that_is_not_what_it_says_loses_the_rows_that_are_wrong_and_no_other(tmp_path):
    text = pa.Array.from_buffers(pa.string(), 3, pa.array([b"Rain.", b"Caf\xe9", b"Sun."]).buffers())
    when = pa.array([0, 0, 2**62], pa.timestamp("us"))
    pq.write_table(pa.table({"text": text, "date": when}), tmp_path / "a.parquet")

    assert [record[:2] for record in map(plain, records(tmp_path, "a.parquet", LIMIT))] == [
        ("a.parquet#1", {"text": "Rain.", "date": "1970-01-01T00:00:00"}),
        ("a.parquet#2", "broken row"),
        ("a.parquet#3", "broken row"),
    ]


@pytest.mark.parametrize("dictionary", [True, False])
def test_a_parquet_bomb_is_not_unpacked(tmp_path, dictionary):
    rows = pa.table({"text": ["a" * 30_000_000] * 4})
    pq.write_table(rows, tmp_path / "a.parquet", compression="zstd", use_dictionary=dictionary)

    assert [plain(record) for record in records(tmp_path, "a.parquet", LIMIT)] == [
        ("a.parquet", "too large", "its rows unpack to more than 200 times their size")
    ]


def test_a_parquet_file_that_packs_well_is_read_a_row_at_a_time(tmp_path):
    texts = [f"{number} " + "rain fell " * 2_000 + token_hex(300) for number in range(40)]
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", compression="zstd")

    assert [plain(record)[1] for record in records(tmp_path, "a.parquet", 30_000)] == [{"text": one} for one in texts]


@pytest.mark.parametrize(
    ("name", "content", "reason", "detail"),
    [
        pytest.param("a.json", b"[]", "empty", "it holds no value", id="a list of nothing"),
        pytest.param("a.json", b"[" * 100_000, "broken JSON", "nested beyond what can be read", id="a deep list"),
        pytest.param(
            "a.warc", b"WARC/1.0\r\nX: " + b"x" * 2_000_000, "broken archive", "head has more than", id="a long head"
        ),
        pytest.param("a.csv", b"\n", "empty", "it holds no line", id="a table without a line"),
        pytest.param("a.parquet", b"PAR1 not", "broken Parquet", "Parquet magic bytes not found", id="no Parquet"),
        pytest.param("a.arrow", b"nonsense", "broken Arrow file", "Expected to read", id="no Arrow"),
        pytest.param("a.jsonl.gz", b"plain", "broken gzip", "Not a gzipped file (b'pl')", id="not packed at all"),
        pytest.param("a.warc", b"", "empty", "it holds no record", id="an archive without a record"),
        pytest.param("a.zip", b"PK", "unknown kind", f".zip; known are {', '.join(OPENERS)}", id="another kind"),
        pytest.param(
            "a.txt.gz",
            gzip.compress(b"x" * 20_000),
            "too large",
            "more than 10,000 bytes, the max_bytes of articles.toml",
            id="a bomb",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_reason(found, name, content, reason, detail):
    ((source, why, how),) = found(name, content, 10_000)

    assert (source, why) == (name, reason)
    assert detail in str(how)


def test_a_gzip_bomb_is_not_unpacked_beyond_what_may_be_held(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"\0" * 300_000_000, 1))

    (told,) = map(plain, records(tmp_path, "a.txt.gz", LIMIT))

    assert told[:2] == ("a.txt.gz", "too large")


def test_a_gzip_bomb_of_many_records_ends_where_it_shows_itself(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((b'{"text":"' + b"a" * 9_000 + b'"}\n') * 5_000))

    (last,) = deque(map(plain, records(tmp_path, "a.jsonl.gz", LIMIT)), 1)

    assert last == ("a.jsonl.gz", "too large", "it unpacks to more than 200 times its size")


def test_a_line_that_is_too_long_is_passed_over_and_the_next_is_read(found):
    assert found("a.jsonl", b'{"text": "' + b"x" * 90 + b'"}\n{"text": "y"}\n', 40) == [
        ("a.jsonl#1", "too large", "more than 40 bytes, the max_bytes of articles.toml"),
        ("a.jsonl#2", {"text": "y"}),
    ]


@needs_shared("warc_samples")
def test_every_archive_of_the_samples_is_read_or_told_apart(tmp_path):
    folder = SHARED / "warc_samples" / "test" / "data"

    found = {path.name: list(map(plain, records(folder, path.name, LIMIT))) for path in sorted(folder.iterdir())}

    pages = {name: sum(len(record) == 2 for record in all_of_it) for name, all_of_it in found.items()}
    told = {name: [record[1] for record in all_of_it if len(record) == 3] for name, all_of_it in found.items()}
    assert {name: (pages[name], told[name]) for name in found} == {
        "bad.arc": (0, ["no page"] * 3),
        "example-bad-non-chunked.warc.gz": (1, ["no page"]),
        "example-bad.warc.gz.bad": (0, ["unknown kind"]),
        "example-digest.warc": (0, []),
        "example-iana.org-chunked.warc": (1, []),
        "example-resource.warc.gz": (1, []),
        "example-space-in-target-uri.warc.gz": (0, ["no page"]),
        "example-space-in-url.arc": (1, []),
        "example-trunc.warc": (1, []),
        "example-wget-bad-target-uri.warc.gz": (1, ["no page"] * 2),
        "example-wrong-chunks.warc.gz": (1, []),
        "example.arc": (1, []),
        "example.arc.gz": (1, []),
        "example.warc": (1, ["no page"]),
        "example.warc.gz": (1, ["no page"]),
        "post-test.warc.gz": (0, ["no page"] * 3),
    }
