"""A release without text is found again, sentence by sentence, and never in words that say something else."""

import html
import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from datasets import load_dataset

from corpus import fetch, guard
from corpus.articles import main as write_articles
from corpus.inventory import main as write_inventory
from corpus.safety import looked_up
from corpus.tables import ARTICLES, ITEMS, SENTENCES
from corpus.turns import Clock
from labeling.tables import ANNOTATIONS
from tests.house import ROOT, SHARED, needs_shared
from tests.site import Reply, serving
from tests.test_story import make
from tests.world import PEOPLE, World, answer, build_edition, settings_of, step
from training import release
from training.finding import Copy, Found, Wanted, hashed
from training.rehydrate import SOURCES, main
from training.tables import REHYDRATED

CARD = (ROOT / "training/card.toml").read_text(encoding="utf-8").replace('annotators = ""', 'annotators = "Three."')
GATE = (ROOT / "training/gate.toml").read_text(encoding="utf-8")
LOOPBACK = "\n".join(line for line in GATE.splitlines() if not line.startswith('"server address"'))
WORDS = guard.load(ROOT / "corpus/guard.toml")
SEED = SHARED / "seed/nbc-2023-09-11-putin-invites-kim.txt"
VIOLATE = (
    "Any arms deals Pyongyang and Moscow reach would violate multiple United Nations Security Council resolutions."
)
ADVANCING = "“actively advancing”"
LINE = "The Pentagon said Monday that “some type of meeting” was expected between Kim and Putin."

pytestmark = needs_shared("seed")


@pytest.fixture(scope="module")
def site():
    """A news site."""
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def edition(tmp_path_factory, site):
    """The seed article as a release, its licence not stated, so that none of its text goes out."""
    folder = tmp_path_factory.mktemp("seed")
    (folder / "raw").mkdir()
    told = {"text": text(), "url": site.at("/putin"), "outlet": "NBC News", "date": "2023-09-11", "title": "Kim"}
    (folder / "raw/seed.jsonl").write_text(json.dumps(told) + "\n", encoding="utf-8")
    make(folder, "items")
    items = ITEMS.read(folder / "items.parquet")
    said = {"stance": "neutral", "sanction_violation": "none", "article": ""}
    rows = [answer({"sentence_id": name, **said}, who) for name in items["sentence_id"] for who in PEOPLE]
    answers = pd.DataFrame(rows).assign(
        item_id=[item for item in items["item_id"] for _ in PEOPLE],
        target=[target for target in items["target"] for _ in PEOPLE],
    )
    answers["stance"] = answers["stance"].where(answers["target"] != "", "")
    answers["annotation_id"] = answers["item_id"] + "/" + answers["annotator"] + "/1"
    here = World(
        ARTICLES.read(folder / "articles.parquet"), SENTENCES.read(folder / "sentences.parquet"), items,
        ANNOTATIONS.check(answers.drop_duplicates("annotation_id")),
    )  # fmt: skip
    there = tmp_path_factory.mktemp("edition")
    return build_edition(replace(here).write(there), settings_of(there, card=CARD, gate=LOOPBACK))


def text():
    """The seed article's words."""
    return SEED.read_text(encoding="utf-8")


def articles(raw, folder):
    """Read raw files as articles of a source."""
    folder.mkdir(parents=True, exist_ok=True)
    write_inventory(raw, folder / "inventory.jsonl")
    said = [ROOT / f"corpus/{name}.toml" for name in ("articles", "boilerplate", "quality")]
    step(write_articles, folder / "inventory.jsonl", *said, folder / "articles.parquet", folder / "rejects.parquet")


def copy_of(words, folder):
    """Have the words as an own copy, a text file without any address."""
    (folder / "raw").mkdir(parents=True)
    (folder / "raw/mine.txt").write_text(words, encoding="utf-8")
    articles(folder / "raw", folder / "found/copy")


def rehydrated(edition, folder, following="none"):
    """Look for the release's sentences, and tell what was found, by the sentence's words in the seed."""
    main(ROOT / "training/rehydrate.toml", str(edition), following, folder / "found")
    return REHYDRATED.read(folder / "found/sentences.parquet")


def row(told, edition, words):
    """What was found of the sentence that holds the words."""
    rows = release.configs(edition)["sanction_violation"].drop_duplicates("sentence_id")
    (name,) = rows.loc[[words in text()[one.start : one.end] for one in rows.itertuples()], "sentence_id"]
    found = told.set_index("sentence_id").loc[name]
    return found["status"], found["text"], found["detail"]


def test_the_release_holds_no_word_of_the_article(edition):
    rows = release.configs(edition)["sanction_violation"]

    assert release.hidden(rows.columns) == []
    held = [
        sentence
        for path in edition.rglob("*")
        if path.is_file()
        for sentence in (VIOLATE, LINE, "mum ahead of the visit")
        if sentence.encode() in path.read_bytes()
    ]
    assert held == []
    assert rows["url"].str.endswith("/putin").all()


def test_every_sentence_is_exact_in_the_articles_own_file(edition, tmp_path, capsys):
    copy_of(text(), tmp_path)
    capsys.readouterr()

    told = rehydrated(edition, tmp_path)

    assert set(told["status"]) == {"exact"}
    assert set(told["source"]) == {"copy"}
    assert row(told, edition, VIOLATE) == ("exact", VIOLATE, "")
    rows = len(told)
    assert capsys.readouterr().out.splitlines()[2:6] == [
        "outlet    sentences  exact  moved  changed  missing  with text",
        "────────  ─────────  ─────  ─────  ───────  ───────  ─────────",
        f"NBC News         {rows:>2}     {rows:>2}      0        0        0       100%",
        f"all              {rows:>2}     {rows:>2}      0        0        0       100%",
    ]


def test_what_was_found_is_a_dataset_with_its_words(edition, tmp_path):
    copy_of(text(), tmp_path)
    rehydrated(edition, tmp_path)

    loaded = load_dataset(str(tmp_path / "found/dataset"), "sanction_violation", cache_dir=str(tmp_path / "cache"))

    ((_, rows),) = loaded.items()
    assert VIOLATE in rows["text"][:]
    assert set(rows["status"][:]) == {"exact"}


def test_an_edited_copy_gives_what_is_the_same_and_never_what_says_something_else(edition, tmp_path):
    words = text().replace("would violate multiple", "would not violate multiple")
    words = words.replace(ADVANCING, '"actively advancing"').replace(LINE, "")
    copy_of(f"An editor's note stands here now.\n\n{words}", tmp_path)

    told = rehydrated(edition, tmp_path)

    turned = "its article has no sentence of this sense any more"
    assert row(told, edition, VIOLATE) == ("changed", "", turned)
    assert row(told, edition, ADVANCING) == (
        "changed",
        'Last month, the White House said that arms negotiations between North Korea and Russia were "actively '
        'advancing" and that Kim and Putin had exchanged letters pledging to increase their cooperation.',
        "only marks, capitals, articles or forms of words differ",
    )
    assert row(told, edition, "The possible arms talks")[0] == "moved"
    assert "not violate" not in "".join(told["text"])


def test_a_page_that_is_served_gives_the_sentences_that_still_stand_there(edition, site, tmp_path):
    blocks = "".join(f"<p>{html.escape(block)}</p>" for block in text().split("\n\n") if block.strip())
    article = f"<nav>Home</nav><article><h1>Kim</h1>{blocks}</article>"
    site.says("/putin", Reply(f"<html><head><title>Kim</title></head><body>{article}</body></html>".encode()))
    told = rehydrated(edition, tmp_path, "live")
    assert set(told["status"]) == {"missing"}
    asked = (tmp_path / "found/wanted.txt").read_text().split()
    said = fetch.load(ROOT / "corpus/fetch.toml")
    said = replace(said, request=replace(said.request, allowed_hosts=["127.0.0.1"]))

    fetch.fetch(asked, tmp_path / "found/live/raw", said, looked_up, Clock(sleep=lambda _: None))
    articles(tmp_path / "found/live/raw", tmp_path / "found/live")

    told = rehydrated(edition, tmp_path)
    assert asked == [site.at("/putin")]
    assert set(told["status"]) <= {"exact", "moved"}
    assert set(told["source"]) == {"live"}
    assert row(told, edition, VIOLATE)[1] == VIOLATE


def test_an_archive_is_asked_for_what_is_gone_by_its_day(edition, site, tmp_path):
    rehydrated(edition, tmp_path, "archive")

    asked = (tmp_path / "found/wanted.txt").read_text().split()
    assert asked == [f"https://web.archive.org/web/20230911id_/{site.at('/putin')}"]


def test_nothing_at_all_is_missing_and_said_so(edition, tmp_path):
    told = rehydrated(edition, tmp_path)

    assert set(told["status"]) == {"missing"}
    assert set(told["detail"]) == {"its article was not found"}
    assert not list((tmp_path / "found/dataset").glob("*/*.parquet"))


CASES = [
    pytest.param("Iran denied that it broke sanctions.", "changed", id="another verb of report"),
    pytest.param("Iran has not admitted that it broke sanctions.", "changed", id="a negation put in"),
    pytest.param("Iraq admitted that it broke sanctions.", "changed", id="another name"),
    pytest.param("Iran admitted that it may have broken sanctions.", "changed", id="a hedge put in"),
    pytest.param("“Iran admitted that it broke sanctions.”", "changed", id="quotation marks put in"),
    pytest.param("Iran admitted that it broke two sanctions.", "changed", id="a figure put in"),
]


@pytest.mark.parametrize(("words", "status"), CASES)
def test_an_edit_that_can_turn_the_sense_gives_no_words(words, status):
    said = "Iran admitted that it broke sanctions."
    one = Wanted("a.b", "a", "", 0, len(said), hashed(said), hashed(WORDS.sense(said)))

    found = Copy("copy", frozenset({"a"}), words, WORDS).find(one)

    assert found == Found(status, "", "its article has no sentence of this sense any more", "copy")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Iran admitted it broke the sanctions.", id="articles and conjunctions"),
        pytest.param("Iran admitted that it broke sanctions .", id="a space"),
        pytest.param("IRAN admitted that it broke sanctions.", id="capitals"),
    ],
)
def test_a_harmless_edit_gives_the_words_as_they_stand_now(words):
    said = "Iran admitted that it broke sanctions."
    one = Wanted("a.b", "a", "", 0, len(said), hashed(said), hashed(WORDS.sense(said)))

    found = Copy("copy", frozenset({"a"}), words, WORDS).find(one)

    assert (found.status, found.text) == ("changed", words)


def test_the_sources_are_asked_in_this_order():
    assert SOURCES == ("copy", "live", "archive")


def test_a_release_that_is_nowhere_is_refused(tmp_path):
    shutil.rmtree(tmp_path / "found", ignore_errors=True)

    with pytest.raises(Exception, match="neither a folder nor a release of the Hub"):
        main(ROOT / "training/rehydrate.toml", "nowhere", "none", tmp_path / "found")
