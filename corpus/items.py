"""Sentences and targets -> items: the questions to be asked."""

from pathlib import Path

import pandas as pd

from corpus import targets
from corpus.shell import shell
from corpus.tables import ARTICLES, ITEMS, SENTENCES
from corpus.targets import TOPIC, Target, Targets


def pair(sentences: pd.DataFrame, asked: Targets) -> pd.DataFrame:
    """Pair each sentence with every target it names; one on topic that names none is asked about violation alone."""
    rows: list[dict[str, object]] = []
    for at, text in zip(sentences.index, sentences["text"], strict=True):
        named = [target for target in asked.targets if target.named_in(text)]
        rows += [question(at, target) for target in named]
        if not named and asked.on_topic(text):
            rows.append(question(at, Target(TOPIC, "", ())))
    paired = pd.DataFrame(rows, columns=["at", "suffix", "proposition"]).set_index("at").join(sentences)
    paired["target"] = paired["suffix"].where(paired["suffix"] != TOPIC, "")
    return paired.assign(item_id=paired["sentence_id"] + "@" + paired["suffix"])


def question(at: object, target: Target) -> dict[str, object]:
    """Which sentence, and what it is asked about."""
    return {"at": at, "suffix": target.id, "proposition": target.proposition}


def items(sentences: pd.DataFrame, articles: pd.DataFrame, asked: Targets) -> pd.DataFrame:
    """One row an item: a sentence that may be asked about, with what annotators are shown around it."""
    shown = articles[["article_id", "title", "outlet", "published", "demonstration"]]
    return ITEMS.check(pair(sentences[sentences["left_out"] == ""], asked).merge(shown, on="article_id"))


def main(sentence_file: Path, article_file: Path, target_file: Path, out: Path) -> None:
    """Read sentences, articles and targets, write items."""
    sentences = SENTENCES.read(sentence_file)
    found = items(sentences, ARTICLES.read(article_file), targets.load(target_file))
    asked = found["sentence_id"].nunique()
    off = int((sentences["left_out"] == "").sum()) - asked
    ITEMS.write(found, out, f"of {asked:,} sentences; {off:,} sentences name no target and are off topic")


if __name__ == "__main__":
    shell(main)
