"""A WARC or ARC file -> the pages in it."""

import gzip
import io
import logging
import zlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import IO, Any, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed

from corpus.records import Found, Raw, Refused, Rejected, bounded, told

LONGEST_HEAD = 1_000_000  # bytes of what stands before a record's body, line by line
PIECE = 1 << 20  # bytes of a record that is passed over, at once
ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")  # of a page in the archive, which warcio knows


class Lines(BufferedReader):  # type: ignore[misc]
    """Reads an archive; of its lines no more than a head may have, since warcio reads each to its end."""

    left = LONGEST_HEAD

    def __init__(self, file: IO[bytes]) -> None:
        """Read the file in steps as they come, so that a fault costs no record that stands before it."""
        super().__init__(SimpleNamespace(read=cast(io.BufferedReader, file).read1), PIECE)

    def readline(self, length: int | None = None) -> bytes:
        """The next line, to its end or to so many bytes."""
        line: bytes = super().readline(self.left if length is None else min(length, self.left))
        self.left -= len(line)
        if self.left <= 0:
            raise ArchiveLoadFailed(f"a record's head has more than {LONGEST_HEAD:,} bytes")
        return line


def archive(file: IO[bytes], name: str, max_bytes: int) -> Found:
    """The pages of a WARC or ARC file by the number of their record."""
    number = 0
    try:
        for number, record in enumerate(held(file), 1):
            if found := page(f"{name}#{number}", record, max_bytes):
                yield found
    except Rejected as why:
        raise Rejected(why.reason, f"behind record {number}: {why.detail}") from why
    except (ArchiveLoadFailed, EOFError, zlib.error, gzip.BadGzipFile, ValueError, AttributeError) as error:
        raise Rejected("broken archive", f"behind record {number}: {told(error)}") from error
    if number == 0:
        raise Rejected("empty", "it holds no record")


def held(file: IO[bytes]) -> Iterator[Any]:
    """The records of an archive that is unpacked already."""
    logging.getLogger("warcio").setLevel(logging.CRITICAL)  # it would say what it mends, on the screen
    records = ArchiveIterator(file, arc2warc=True)
    records.INC_RECORD = ""  # a warning that goes past us, to the screen
    records.reader = Lines(file)
    for record in records:
        yield record
        records.reader.left = LONGEST_HEAD


def page(source: str, record: Any, max_bytes: int) -> Raw | Refused | None:
    """A record that holds a page, or what it is instead; None if none was to be expected of it."""
    packed = header(record, "Content-Encoding")
    content = record.content_stream().read(max_bytes + 1) if packed in ENCODINGS else b""
    while record.raw_stream.read(PIECE):
        pass
    # A length that is a little wrong is common in old archives: a page with its end tag is whole, whatever it says.
    if getattr(record.raw_stream, "limit", 0) > 0 and not content.rstrip().lower().endswith(b"</html>"):
        return source, Rejected("cut off", f"{record.raw_stream.limit:,} bytes are missing behind it")
    if record.rec_type not in ("response", "resource", "revisit"):
        return None
    kind, status = header(record, "Content-Type"), record.http_headers and record.http_headers.get_statuscode()
    if why := no_page(record.rec_type, status or "200", kind, packed):
        return source, Rejected("no page", why)
    charset = kind.partition("charset=")[2].partition(";")[0].strip(" \"'")
    about = {"url": "WARC-Target-URI", "fetched": "WARC-Date"}
    said = {ours: record.rec_headers.get_header(theirs) for ours, theirs in about.items()}
    return bounded(source, ".html", content, max_bytes, {**said, "charset": charset})


def no_page(record_type: str, status: str, kind: str, packed: str) -> str:
    """Why a record holds no page, "" if it holds one."""
    if record_type == "revisit":
        return "revisit"
    if status != "200":
        return f"HTTP {status}"
    if "html" not in kind:
        return kind.partition(";")[0].strip() or "no content type"
    return "" if packed in ENCODINGS else f"packed as {packed[:20]}"


def header(record: Any, name: str) -> str:
    """What HTTP says of a record, or the archive where HTTP says nothing; in small letters."""
    return str((record.http_headers or record.rec_headers).get_header(name) or "").lower()
