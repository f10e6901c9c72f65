"""Items of one part of a corpus, and models -> what each model says of each item. Any worker imports it by its name."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.tables import SENTENCES
from labeling import codebook
from labeling.codebook import Codebook
from training.keeping import load
from training.tables import PREDICTED
from training.telling import Speaker

READ = ["item_id", "sentence_id", "article_id", "target", "text", "drawn"]
PLACE = ["sentence_id", "start", "end"]
AT_ONCE = 20_000  # items in memory at once
TABLE, LINES = "predict.parquet", "predict.jsonl"


@cache
def speaker(path: Path, _changed: tuple[int, ...]) -> tuple[Speaker, float]:
    """A model ready to speak, and how sure it must be; read once by each process, again when it was made again."""
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return Speaker(load(path)), about["abstain_below"]


def said(question: str, items: pd.DataFrame, models: Path) -> pd.DataFrame:
    """One row of PREDICTED an item."""
    path = models / f"{question}.skops"
    model, least = speaker(path, tuple(one.stat().st_mtime_ns for one in (path, path.with_suffix(".json"))))
    told = model.tell(items)
    return items.assign(
        prediction_id=items["item_id"] + f"/{question}",
        question=question,
        label=np.array(model.learned.labels)[told.said],
        probability=told.sure,
        unsure=told.sure < least,
        probabilities=list(told.probabilities),
    )


def every(items: pd.DataFrame, models: Path, book: Codebook) -> Iterator[pd.DataFrame]:
    """What is said of items, question by question; a follow-up is asked where its question's label calls for it."""
    for question in book.questions.values():
        asked = items[(items["target"] != "") | (not question.needs_target)]
        if not (models / f"{question.id}.skops").exists():
            continue
        found = said(question.id, asked, models)
        yield found
        for follow_up in (one for one in book.follow_ups.values() if one.after == question.id):
            wanted = asked[found["label"].isin(follow_up.when)]
            for path in sorted([*models.glob(f"{follow_up.id}.skops"), *models.glob(f"{follow_up.id}_*.skops")]):
                yield said(path.stem, wanted, models)


def label_part(item_part: Path, sentence_part: Path, models: Path, codebook_file: Path, place: Path) -> dict[str, int]:
    """Label the items of one part, as Parquet and as JSON lines; tell how many rows there are, how many unsure."""
    book, told = codebook.load(codebook_file), Counter[str]()
    offsets = SENTENCES.read(sentence_part, PLACE)
    with (
        pq.ParquetWriter(place / TABLE, PREDICTED.schema, compression="zstd") as table,
        (place / LINES).open("wb") as lines,
    ):
        for some in pq.ParquetFile(item_part).iter_batches(AT_ONCE, columns=READ):
            items = some.to_pandas().merge(offsets, on="sentence_id")
            for rows in every(items, models, book):
                frame = rows[list(PREDICTED.columns)]
                table.write_table(pa.Table.from_pandas(frame, PREDICTED.schema, preserve_index=False))
                lines.write(frame.to_json(orient="records", lines=True, force_ascii=False).encode())
                told.update(rows=len(frame), unsure=int(frame["unsure"].sum()))
    return told
