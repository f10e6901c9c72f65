"""A page as it came -> one WARC file that is never changed, named after its address and its bytes."""

import hashlib
from datetime import datetime
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from corpus.web import Answer
from corpus.whole import whole

UNTRUE = {"content-encoding", "transfer-encoding", "content-length"}  # of the body as it is kept: unpacked, in one


def file_name(answer: Answer) -> str:
    """Where an answer is kept, from the raw folder: the host, then hashes of the address and of the body."""
    host = answer.url.raw_host.decode().replace(":", "-").lstrip(".-")  # IPv6 has colons; a leading dot would hide it
    address = hashlib.sha1(str(answer.url).encode(), usedforsecurity=False).hexdigest()[:10]
    return f"{host}/{address}-{hashlib.sha256(answer.body).hexdigest()[:16]}.warc.gz"


def keep(answer: Answer, asked: str, fetched: datetime, folder: Path) -> tuple[str, bool]:
    """Write an answer, and return its file's name and whether it is new: the same page again is not written again."""
    name = file_name(answer)
    if (folder / name).exists():
        return name, False
    with whole(folder / name) as beside, beside.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        about = {"WARC-Date": fetched.strftime("%Y-%m-%dT%H:%M:%SZ")}
        about |= {} if asked == str(answer.url) else {"X-Asked-URI": asked}
        record = writer.create_warc_record(
            str(answer.url),
            "response",
            payload=BytesIO(answer.body),
            http_headers=http_headers(answer),
            warc_headers_dict=about,
        )
        writer.write_record(record)
    return name, True


def http_headers(answer: Answer) -> StatusAndHeaders:
    """The answer's status and headers, true of the body as it is kept, so that any reader of WARC gets it right."""
    kept = [(name, value) for name, value in answer.headers if name.lower() not in UNTRUE]
    kept.append(("Content-Length", str(len(answer.body))))
    return StatusAndHeaders(f"{answer.status} {answer.phrase}", kept, protocol="HTTP/1.1")
