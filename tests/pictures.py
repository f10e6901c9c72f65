"""The demonstration in a real Chromium -> the pictures in docs/.

`python -m tests.pictures data/demo docs` after `make demo`, with Debian's package chromium.
"""

import sys
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from corpus.tables import ITEMS
from labeling import codebook, interface
from labeling.server import serve
from labeling.tasks import shown
from tests.house import ROOT
from tests.test_screen import CHROMIUM, FLAGS, Annotator
from tests.workspace import door

SIZE = (1280, 800)  # the smallest screen on which the usual item needs no scrolling
WIDTH = 900  # of a page
SENTENCE = "A United Nations panel has found that North Korea shipped"  # begins the sentence that is shown
KEYS = ("r", "1", "h")  # and how it is answered


def page(browser: Browser, html: Path, out: Path, height: int) -> None:
    """The top of a page, so high."""
    tab = browser.new_page(viewport={"width": WIDTH, "height": height})
    tab.goto(html.absolute().as_uri())
    tab.screenshot(path=out)
    tab.close()


def screen(browser: Browser, demo: Path, out: Path) -> None:
    """What an annotator sees, in a copy of the demonstration's Label Studio."""
    book = codebook.load(ROOT / "labeling/codebook.toml")
    items = ITEMS.read(demo / "items.parquet", only=[("target", "==", "sanctions-dprk")])
    (item,) = items[items["text"].str.startswith(SENTENCE)].to_dict("records")
    with TemporaryDirectory() as folder, serve(copytree(demo / "studio", Path(folder) / "studio")) as server:
        studio = door(server.url, server.api_key)
        project = studio.create("demo codebook 1 annotator-4", interface.screen(book), interface.guidelines(book))
        project.add([shown({str(name): value for name, value in item.items()}, book.version)])
        person = Annotator(browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}))
        person.enter(studio.invite_link())
        person.begin(project)
        person.press(*KEYS)
        person.page.screenshot(path=out)


def main(demo: Path, docs: Path) -> None:
    """Take all pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page(browser, demo / "report.html", docs / "report.png", 960)
        page(browser, demo / "status.html", docs / "status.png", 1160)
        screen(browser, demo, docs / "screen.png")
        browser.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
