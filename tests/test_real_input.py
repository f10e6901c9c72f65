"""Real articles go through the corpus stage without an error and without a lost character."""

from pathlib import Path

import pytest

from corpus import articles, inventory, items, repeated, sentences
from corpus.tables import ARTICLES, ITEMS, REJECTS, SENTENCES
from tests.house import ROOT, SHARED, needs_shared

LINES = ["boilerplate.toml", "quality.toml"]


@pytest.fixture
def workspace(tmp_path: Path):
    """Run the corpus stage on a folder of raw articles and return its workspace."""

    def run(raw: Path) -> Path:
        inventory.main(raw, tmp_path / "inventory.jsonl")
        for step, reads, writes in (
            (
                articles,
                ["inventory.jsonl", "articles.toml", "boilerplate.toml", "quality.toml"],
                ["articles", "rejects"],
            ),
            (repeated, ["articles.parquet", "boilerplate.toml", "repeated.toml"], ["repeated"]),
            (sentences, ["articles.parquet", "repeated.parquet", *LINES], ["sentences"]),
            (items, ["sentences.parquet", "articles.parquet", "targets.toml"], ["items", "coverage", "audit"]),
        ):
            read = [(ROOT / "corpus" if name.endswith(".toml") else tmp_path) / name for name in reads]
            step.main(*read, *(tmp_path / f"{name}.parquet" for name in writes))
        return tmp_path

    return run


@needs_shared("wh_briefings_sanctions")
def test_every_white_house_document_becomes_sentences_that_are_its_text_to_the_letter(workspace):
    made = workspace(SHARED / "wh_briefings_sanctions" / "docs")

    found = ARTICLES.read(made / "articles.parquet")
    cut = SENTENCES.read(made / "sentences.parquet")
    texts = dict(zip(found["article_id"], found["text"], strict=True))
    assert (len(found), len(REJECTS.read(made / "rejects.parquet"))) == (283, 0)
    assert [row.text for row in cut.itertuples() if row.text != texts[str(row.article_id)][row.start : row.end]] == []
    assert {name: "".join("".join(group).split()) for name, group in cut.groupby("article_id")["text"]} == {
        name: "".join(text.split()) for name, text in texts.items()
    }
    assert len(ITEMS.read(made / "items.parquet")) > 4000


@needs_shared("seed")
def test_the_seed_article_becomes_items_with_its_headline_as_context(workspace):
    made = workspace(SHARED / "seed")

    found = ITEMS.read(made / "items.parquet")
    deals = found[found["text"].str.startswith("Any arms deals")]
    (raw,) = (SHARED / "seed").glob("*.txt")
    assert set(found["title"]) == {raw.read_text().splitlines()[2]}
    assert deals["target"].tolist() == ["dprk-russia-arms"]
    assert deals["before"].str.startswith("Last month, ").tolist() == [True]


@needs_shared("re3d")
def test_releases_in_json_are_articles_and_what_stands_beside_them_is_named(workspace):
    made = workspace(SHARED / "re3d")

    releases = ARTICLES.read(made / "articles.parquet").query("source.str.contains('#')")
    found = REJECTS.read(made / "rejects.parquet")
    assert (len(releases), set(releases["outlet"])) == (
        75,
        {"Australian Department of Foreign Affairs", "CENTCOM", "UK Government", "US State Department"},
    )
    assert {(Path(source).name, why) for source, why in found[["source", "reason"]].itertuples(index=False)} == {
        ("ATTRIBUTION", "unknown kind"),
        ("LICENSE", "about the data"),
        ("PROVENANCE.txt", "about the data"),
    }
