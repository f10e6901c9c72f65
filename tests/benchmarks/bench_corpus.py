"""Articles made here -> tables and a picture: what the corpus stage costs by format, beside libraries, and at scale.

`python -m tests.benchmarks.bench_corpus 1000000` goes up to so many articles; the picture is data/bench/corpus.svg.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks.bench_duplicates import Cost, measured
from tests.benchmarks.bench_splitting import Splitter, splitters
from tests.benchmarks.newslike import plant
from tests.house import ROOT

SENTENCES = 15  # of an article
POOL = 100_000  # different sentences that articles are made of
PER_FILE = 4_000  # articles of a file of many
SOME = 2_000  # articles for the comparison of formats
PAGES = 300  # web pages for it, since they take a hundred times as long

STEPS = {
    "inventory": ["{raw}", "{out}/inventory.jsonl"],
    "articles": ["{out}/inventory.jsonl", "articles.toml", "boilerplate.toml", "quality.toml", "articles", "rejects"],
    "repeated": ["articles", "boilerplate.toml", "repeated.toml", "repeated"],
    "sentences": ["articles", "repeated", "boilerplate.toml", "quality.toml", "sentences"],
    "items": ["sentences", "articles", "targets.toml", "items", "coverage", "audit"],
}


def articles(count: int, pool: Sequence[str]) -> Iterator[dict[str, str]]:
    """Articles of three paragraphs, the same each time."""
    chance = random.Random(7)  # noqa: S311 - a benchmark, no secret
    for number in range(count):
        said = chance.choices(pool, k=SENTENCES)
        text = "\n\n".join(" ".join(said[at : at + 5]) for at in range(0, SENTENCES, 5))
        outlet, day = f"Outlet {number % 50}", f"2024-{1 + number % 12:02}-{1 + number % 28:02}"
        address = f"https://outlet{number % 50}.example/{number}"
        yield {"url": address, "title": said[0][:60], "outlet": outlet, "date": day, "text": text}


def page(article: dict[str, str]) -> bytes:
    """The article as a web page, with what stands around it."""
    around = "".join(f'<li><a href="/{at}">Section {at}</a></li>' for at in range(60))
    body = "".join(f"<p>{escape(part)}</p>" for part in article["text"].split("\n\n"))
    head = f'<title>{escape(article["title"])}</title><link rel="canonical" href="{article["url"]}">'
    return f"<html><head>{head}</head><body><ul>{around}</ul><article>{body}</article></body></html>".encode()


def archive(some: list[dict[str, str]], path: Path) -> None:
    """Write pages as a crawler does."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for article in some:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            body = BytesIO(page(article))
            writer.write_record(writer.create_warc_record(article["url"], "response", body, http_headers=headers))


def each_in_a_file(
    ending: str, content: Callable[[dict[str, str]], bytes]
) -> Callable[[list[dict[str, str]], Path], None]:
    """A file for each article."""

    def write(some: list[dict[str, str]], folder: Path) -> None:
        for number, article in enumerate(some):
            (folder / f"{number}{ending}").write_bytes(content(article))

    return write


FORMATS: dict[str, tuple[int, Callable[[list[dict[str, str]], Path], None]]] = {
    "txt": (SOME, each_in_a_file(".txt", lambda article: article["text"].encode())),
    "md": (SOME, each_in_a_file(".md", lambda article: f"---\nurl: {article['url']}\n---\n{article['text']}".encode())),
    "jsonl": (SOME, lambda some, folder: lines(some, folder / "a.jsonl")),
    "csv": (SOME, lambda some, folder: pd.DataFrame(some).to_csv(folder / "a.csv", index=False)),
    "parquet": (SOME, lambda some, folder: pd.DataFrame(some).to_parquet(folder / "a.parquet")),
    "html": (PAGES, each_in_a_file(".html", page)),
    "warc.gz": (PAGES, lambda some, folder: archive(some, folder / "a.warc.gz")),
}


def lines(some: list[dict[str, str]], path: Path) -> None:
    """Write articles as JSON Lines."""
    path.write_text("".join(json.dumps(article) + "\n" for article in some))


def run(step: str, raw: Path, out: Path, workers: int) -> Cost:
    """Run one step as make does."""
    words = [
        word.format(raw=raw, out=out) if "{" in word else f"corpus/{word}" if "." in word else f"{out}/{word}.parquet"
        for word in STEPS[step]
    ]
    return measured(["env", f"WORKERS={workers}", sys.executable, "-m", f"corpus.{step}", *words])


def by_format(pool: Sequence[str]) -> None:
    """Print how many articles of each format one process reads a second, starting it included."""
    print(f"{'articles a second, one process':34}{'articles':>9}{'a second':>10}")
    for name, (count, write) in FORMATS.items():
        with tempfile.TemporaryDirectory() as folder:
            raw, out = Path(folder, "raw"), Path(folder, "out")
            raw.mkdir()
            write(list(articles(count, pool)), raw)
            run("inventory", raw, out, 1)
            print(f"{name:34}{count:9,}{count / run('articles', raw, out, 1)[0]:10,.0f}")


def libraries(some: list[dict[str, str]], as_pages: bool, split: Splitter) -> float:
    """Seconds that extracting and splitting alone take, in this process, without reading or writing anything."""
    from trafilatura import bare_extraction

    sources = [page(article) for article in some] if as_pages else [json.dumps(article).encode() for article in some]
    options: Any = {"favor_precision": True, "with_metadata": True, "include_comments": False, "include_tables": False}
    extracted: Any = partial(bare_extraction, **options)
    extracted(page(some[0]))
    began = time.process_time()
    for source in sources:
        text = extracted(source).text if as_pages else json.loads(source)["text"]
        split(text)
    return time.process_time() - began


def beside_libraries(pool: Sequence[str]) -> None:
    """Print what the whole stage takes beside its libraries' own time on the same input, on one core.

    Of JSON Lines nothing is extracted, so there is only the splitter: beside ours stand those that others would use,
    each timed on a part of the articles.
    """
    print(f"\n{'the stage beside its libraries, CPU s':34}{'articles':>9}{'libraries':>10}{'stage':>8}{'ratio':>7}")
    for name, count, as_pages in (("web pages", 1_000, True), ("JSON Lines", 40_000, False)):
        some = list(articles(count, pool))
        with tempfile.TemporaryDirectory() as folder:
            raw, out = Path(folder, "raw"), Path(folder, "out")
            raw.mkdir()
            each_in_a_file(".html", page)(some, raw) if as_pages else lines(some, raw / "a.jsonl")
            stage = sum(run(step, raw, out, 1)[1] for step in STEPS)
        for splitter, split in splitters():
            if splitter == "ours" or not as_pages:
                part = some if splitter == "ours" else some[:SOME]
                theirs = libraries(part, as_pages, split) * len(some) / len(part)
                print(f"{f'{name}, {splitter}':34}{count:9,}{theirs:10.1f}{stage:8.1f}{stage / theirs:7.2f}")


def at_scale(most: int, pool: Sequence[str]) -> list[tuple[int, Cost]]:
    """Print what ever more articles cost, on all cores."""
    found = []
    print(f"\n{'JSON Lines, all cores':34}{'articles':>9}{'wall s':>8}{'CPU s':>8}{'GB':>6}{'wall s/million':>16}")
    for count in (size for size in (10_000, 30_000, 100_000, 300_000, 1_000_000) if size <= most):
        with tempfile.TemporaryDirectory() as folder:
            raw, out = Path(folder, "raw"), Path(folder, "out")
            raw.mkdir()
            write_files(count, pool, raw)
            costs = [run(step, raw, out, 2) for step in STEPS]
        wall, spent, memory = sum(c[0] for c in costs), sum(c[1] for c in costs), max(c[2] for c in costs)
        found.append((count, (wall, spent, memory)))
        print(f"{'':34}{count:9,}{wall:8.1f}{spent:8.1f}{memory:6.2f}{wall / count * 1e6:16.0f}", flush=True)
    return found


def write_files(count: int, pool: Sequence[str], raw: Path) -> None:
    """Write articles as files of JSON Lines."""
    held: list[dict[str, str]] = []
    for number, article in enumerate(articles(count, pool), 1):
        held.append(article)
        if len(held) == PER_FILE or number == count:
            lines(held, raw / f"{number:09}.jsonl")
            held = []


def picture(found: list[tuple[int, Cost]], path: Path) -> None:
    """Draw seconds over articles, beside a straight line."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    counts, walls = [count for count, _ in found], [cost[0] for _, cost in found]
    axes.loglog(counts, walls, "o-", label="the corpus stage")
    axes.loglog(counts, [walls[-1] * count / counts[-1] for count in counts], "--", label="in proportion")
    axes.set(xlabel="articles", ylabel="seconds", title=f"Articles of {SENTENCES} sentences, JSON Lines, all cores")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    print(f"\nthe picture: {path}")


def main(most: int) -> None:
    """Print the tables and draw the picture."""
    pool = [planted.text for planted in plant(POOL)]
    by_format(pool)
    beside_libraries(pool)
    picture(at_scale(most, pool), ROOT / "data/bench/corpus.svg")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
