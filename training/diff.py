"""Two releases, each a folder or a revision of the Hub -> what changed: on the screen, as JSON, for a changelog."""

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus.shell import shell
from corpus.whole import whole
from training import changes, hub


def main(a: str, b: str, repo: str, out: str, changelog: str) -> None:
    """Compare two releases; print what changed, and write it where files are named."""
    with TemporaryDirectory() as folder:
        earlier, later = (
            changes.load(hub.found(name, Path(folder) / side, repo), name) for side, name in (("a", a), ("b", b))
        )
        found = changes.compare(earlier, later)
    print(changes.screen(found), flush=True)
    told = {out: f"{json.dumps(asdict(found), indent=2, ensure_ascii=False)}\n", changelog: changes.entry(found)}
    for path, text in told.items():
        if path:
            with whole(Path(path)) as beside:
                beside.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    shell(main)
