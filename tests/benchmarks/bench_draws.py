"""Items made here -> what draws, assignments and annotations cost at scale, and how evenly work is shared."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from labeling import batch, codebook
from labeling.annotations import annotations
from labeling.asking import Settings
from labeling.assignments import assign
from labeling.tables import ANSWERS, ASSIGNMENTS, BATCH, PROBABILITIES
from tests.benchmarks.newslike import plant
from tests.house import ROOT

SHARED = [(7, 3, 300), (10, 2, 1000), (10, 3, 50_000), (12, 5, 1000), (20, 6, 3000), (30, 3, 5000)]
DRAWN = [5_000, 50_000]
ITEMS, ANSWERED = 50_000, 100_000
NOTHING, NOBODY = ASSIGNMENTS.frame([]), ANSWERS.frame([])
LABELS = ["established", "alleged", "denied", "prospective", "none"]


def items(count: int) -> pd.DataFrame:
    """So many sentences like those of news, fifteen an article, each asked about one target."""
    texts = [one.text for one in plant(count)]
    sentences = [f"{at // 15:010x}.{at:06x}" for at in range(count)]
    articles = [sentence[:10] for sentence in sentences]
    found = pd.DataFrame({"sentence_id": sentences, "article_id": articles, "text": texts, "drawn": "cues"})
    return found.assign(item_id=found["sentence_id"] + "@sanctions-russia")


def drawn(asked: pd.DataFrame) -> pd.DataFrame:
    """A batch of them all, in one draw."""
    return asked[["item_id"]].assign(batch=1, place=range(len(asked)), withdrawn="")


def people(count: int, answers: int) -> Settings:
    """So many annotators, so many answers an item, with repeats and checks."""
    return Settings([f"annotator-{at}" for at in range(count)], answers, repeats=5, distance=50, checks=5)


def checks() -> pd.DataFrame:
    """As many checks as are written for this project."""
    uses = ["check"] * 39 + ["qualification"] * 12
    return pd.DataFrame({"item_id": [f"c{at}.x@topic" for at in range(len(uses))], "use": uses})


def answers(rows: pd.DataFrame) -> pd.DataFrame:
    """An answer to each assignment, as Label Studio returns them."""
    chance = np.random.default_rng(1).choice(LABELS, len(rows))
    told = rows[["assignment_id", "item_id", "annotator", "purpose", "codebook_version"]]
    said = told.assign(answer_id=told["assignment_id"], annotation=1, account=told["annotator"], lead_time=4.0)
    said = said.assign(created_at="2024-05-06T10:00:00Z", updated_at="2024-05-06T10:00:00Z", skipped=False, gone="")
    said = said.assign(ground_truth=False, prediction="", last_action="")
    return said.assign(result=[result(at, one) for at, one in enumerate(chance)])


def result(number: int, label: str) -> str:
    """What was ticked."""
    said = {"stance": "none", "sanction_violation": label, "regime" if label != "none" else "none_reason": "russia"}
    whole = {"type": "choices", "origin": "manual", "to_name": "sentence"}
    parts = [{"id": f"{number}", **whole, "from_name": name, "value": {"choices": [one]}} for name, one in said.items()]
    return json.dumps(parts)


def seconds(do: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds, and what came of it."""
    begun = time.process_time()
    found = do()
    return time.process_time() - begun, found


def apart(counts: Sequence[int]) -> int:
    """The most less the least."""
    return max(counts) - min(counts)


def evenness() -> None:
    """By how much loads and pairs differ."""
    print(f"{'who answers what':34}{'items':>9}{'loads':>8}{'pairs':>8}{'CPU s':>8}")
    for count, each, number in SHARED:
        asked = pd.DataFrame({"item_id": [f"a{at}.x@topic" for at in range(number)]})
        spent, found = seconds(
            partial(assign, NOTHING, drawn(asked), checks(), NOBODY, set(), people(count, each), "1")
        )
        mine = found[found["purpose"] == "batch"].groupby("item_id")["annotator"].agg(sorted)
        loads = Counter(name for names in mine for name in names)
        pairs = Counter(pair for names in mine for pair in combinations(names, 2))
        differ = apart(list(loads.values())), apart(list(pairs.values()))
        name = f"{each} of {count} people"
        print(f"{name:34}{number:9,}{differ[0]:8}{differ[1]:8}{spent:8.2f}", flush=True)


def rounds() -> None:
    """What it costs to go on with a large round."""
    asked, settings = items(ITEMS), people(10, 3)
    print(f"\n{'a round of 10 people, 3 answers':34}{'rows':>9}{'CPU s':>8}")
    spent, first = seconds(partial(assign, NOTHING, drawn(asked), checks(), NOBODY, set(), settings, "1"))
    print(f"{'begun':34}{len(first):9,}{spent:8.2f}", flush=True)
    half = answers(first.groupby("annotator").head(ITEMS * 3 // 20))
    others = Settings([*settings.annotators[1:], "annotator-10"], 3, 5, 50, 5)
    spent, second = seconds(partial(assign, first, drawn(asked), checks(), half, set(), others, "1"))
    print(f"{'half answered, one left, one joined':34}{len(second):9,}{spent:8.2f}", flush=True)
    spent, third = seconds(partial(assign, second, drawn(asked), checks(), half, set(), others, "1"))
    print(f"{'nothing new':34}{len(third):9,}{spent:8.2f}", flush=True)


def draws() -> None:
    """What a draw of 300 more costs."""
    settings = batch.load(ROOT / "labeling/batch.toml")
    no_copies = pd.DataFrame({"sentence_id": [], "group_id": []})
    print(f"\n{'a draw of 300 more, CPU s':34}{'items':>9}{'sample':>8}{'blind':>8}{'model':>8}")
    for count in DRAWN:
        asked = items(count)
        said = np.random.default_rng(1).dirichlet(np.ones(len(LABELS)), count)
        named = asked[["item_id"]].assign(probability_id=asked["item_id"], question="sanction_violation", fold=-1)
        model = named.assign(probabilities=list(said))
        found, spent = BATCH.frame([]), []
        for more, known in ((0, PROBABILITIES.frame([])), (300, PROBABILITIES.frame([])), (300, model)):
            begun = time.process_time()
            found = batch.batch(found, batch.prepared(asked, no_copies, settings), {}, known, more, settings)
            spent.append(time.process_time() - begun)
        print(f"{'':34}{count:9,}{''.join(f'{one:8.2f}' for one in spent)}", flush=True)


def reading() -> None:
    """What it costs to read answers, beside parsing their JSON alone."""
    asked = items(ANSWERED // 2)
    rows = assign(NOTHING, drawn(asked), checks().head(0), NOBODY, set(), people(10, 2), "1")
    given = answers(rows[rows["purpose"] == "batch"])
    targets = dict.fromkeys(asked["item_id"], "sanctions-russia")
    book = codebook.load(ROOT / "labeling/codebook.toml")
    floor, _ = seconds(lambda: [json.loads(one) for one in given["result"]])
    spent, found = seconds(partial(annotations, given, targets, book, {}))
    print(f"\n{'annotations':34}{'answers':>9}{'JSON s':>8}{'CPU s':>8}{'ratio':>8}")
    print(f"{'':34}{len(found):9,}{floor:8.2f}{spent:8.2f}{spent / floor:8.1f}", flush=True)


if __name__ == "__main__":
    evenness()
    rounds()
    draws()
    reading()
