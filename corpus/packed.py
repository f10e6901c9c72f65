"""A gzip file -> its bytes, unless they are too many for what it is."""

import gzip
import io
from pathlib import Path

from corpus.records import Rejected

SELDOM = 20  # times its size that packed text unpacks to: seldom more
RATIO = 200  # and what unpacks to so many times its size is a bomb; gzip can make it a thousand times
SLACK = 10_000_000  # bytes that even the smallest file may unpack to


class Unpacked(io.RawIOBase):
    """What a gzip file holds, of one member or of many, as it is read; a bomb ends where it shows itself."""

    def __init__(self, path: Path) -> None:  # noqa: D107 - the class says it
        self.file = gzip.open(path)  # noqa: SIM115 - close closes it
        self.left = RATIO * path.stat().st_size + SLACK

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Read what comes next, if it may be: in small steps, so that a fault costs nothing that stands before it."""
        found = self.file.read1(len(buffer))
        self.left -= len(found)
        if self.left < 0:
            raise Rejected("too large", f"it unpacks to more than {RATIO} times its size")
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Close the file."""
        self.file.close()
        super().close()
