"""Real articles go through the corpus stage without an error and without a lost character."""

from pathlib import Path

import pytest

from corpus import articles, inventory, items, sentences
from corpus.tables import ARTICLES, ITEMS, REJECTS, SENTENCES
from tests.house import ROOT, SHARED, needs_shared


@pytest.fixture
def workspace(tmp_path: Path):
    """Run the corpus stage on a folder of raw articles and return its workspace."""

    def run(raw: Path) -> Path:
        lines = ROOT / "corpus/boilerplate.toml"
        table = {name: tmp_path / f"{name}.parquet" for name in ("articles", "rejects", "sentences", "items")}
        inventory.main(raw, tmp_path / "inventory.jsonl")
        read = ROOT / "corpus/articles.toml"
        articles.main(tmp_path / "inventory.jsonl", read, lines, table["articles"], table["rejects"])
        sentences.main(table["articles"], lines, table["sentences"])
        items.main(table["sentences"], table["articles"], ROOT / "corpus/targets.toml", table["items"])
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
def test_files_of_a_kind_we_do_not_read_are_named_and_nothing_else_is_lost(workspace):
    made = workspace(SHARED / "re3d")

    found = REJECTS.read(made / "rejects.parquet")
    assert {name for name in found.loc[found["reason"] == "unknown kind", "source"] if name.endswith(".json")} == {
        f"{folder.name}/documents.json" for folder in (SHARED / "re3d").iterdir() if folder.is_dir()
    }
