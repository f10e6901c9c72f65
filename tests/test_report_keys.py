"""docs/report.md says of every key of report.json what it is, and of no other."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from corpus.tables import Table
from labeling.tables import CURVE, PLAN
from tests.house import ROOT
from tests.world import PEOPLE, build_heldout, world, write_report_of
from training.evaluation import load
from training.external import report as external
from training.tables import CONTAMINATION, PREDICTIONS

LINE = re.compile(r"^\| `(?P<key>[^`]+)` \| (?P<where>any|workspace) \| (?P<value>[^|]+) \|", re.MULTILINE)
KEYS = {
    found["key"]: (found["where"], found["value"].strip())
    for found in LINE.finditer((ROOT / "docs/report.md").read_text())
}
NUMBER = re.compile(
    r"(?P<kind>number|integer|interval)(?: from (?P<least>\d+)| (?P<low>-?\d+) to (?P<high>\d+))?(?P<null> or null)?"
)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no object and no list of objects, with its key."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        for part in value:
            yield from leaves(part, f"{path}[]")
    else:
        yield path, value


def documented(path: str) -> str | None:
    """The key of the table that stands for this one: the one with the fewest names left open."""
    open_names = [(key, re.sub(r"<[^>]+>", "[^.]+", re.sub(r"<[^>]+>$", ".+", re.escape(key)))) for key in KEYS]
    fits = [key for key, pattern in open_names if re.fullmatch(pattern, path)]
    return min(fits, key=lambda key: (key.count("<"), -len(key)), default=None)


def fits(value: Any, said: str) -> bool:
    """Whether a value is of the kind and in the range that the table says."""
    if said in ("text", "yes or no", "list", "null or keys", "value"):
        kinds: dict[str, Any] = {"text": str, "yes or no": bool, "list": list}
        return value is None or said == "value" if said not in kinds else isinstance(value, kinds[said])
    if said == "score or interval":
        return value is None or isinstance(value, float | list)
    form = NUMBER.fullmatch(said)
    assert form, said
    low, high = (
        float(form[name] if form[name] is not None else default)
        for name, default in (("low", form["least"] or "-inf"), ("high", "inf"))
    )
    if form["kind"] == "interval":
        return value is None or (len(value) == 2 and low <= value[0] <= value[1] <= high)
    kind = int if form["kind"] == "integer" else int | float
    return (value is None and bool(form["null"])) or (
        isinstance(value, kind) and not isinstance(value, bool) and low <= value <= high
    )


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """The report of a workspace that has all it may have, and that of a dataset of others."""
    folder = tmp_path_factory.mktemp("workspace")
    here = world(articles=30)
    days = ["2023-05-01" if article < "8" else "2024-05-01" for article in here.items["article_id"]]
    here = replace(here, items=here.items.assign(published=days))
    tested = here.batch.loc[here.batch["reason"] == "sample", "item_id"].tolist()
    odd = {f"{tested[0]}/{who}": {"stance": "against", "sanction_violation": "denied"} for who in PEOPLE}
    split = {f"{tested[1]}/annotator-1": {"stance": "none"}}
    private = {f"{tested[2]}/annotator-1": {"flags": ["names_private_person"]}}
    build_heldout(here.saying({**odd, **split, **private}).write(folder))
    predictions = PREDICTIONS.read(folder / "baseline.parquet")
    points = [(10, 0.4), (20, 0.5)]
    add(CURVE, folder, [point("stance", items, macro_f1) for items, macro_f1 in points])
    ahead = {
        "measure": "macro F1",
        "question": "stance",
        "labels": 20,
        "more": 100,
        "value": 0.6,
        "low": 0.5,
        "high": 0.7,
    }
    add(PLAN, folder, [{**ahead, "forecast_id": "one", "now": True, "then": 0, "came": np.nan, "verdict": "forecast"}])
    sentence = {"sentence_id": "a.1", "source": "x#1", "kind": "exact", "similarity": 1.0, "text": "A", "theirs": "A"}
    add(CONTAMINATION, folder, [{"contamination_id": "a.1/x#1", **sentence}])
    PREDICTIONS.write(predictions, folder / "former.parquet")
    _, numbers = write_report_of(folder)
    beside = {path.stem: json.loads(path.read_text()) for path in (folder / "models").glob("*.json")}
    anywhere = external(predictions, beside, load(ROOT / "training/evaluation.toml"))
    return json.loads(numbers.read_text(encoding="utf-8")), json.loads(json.dumps(anywhere))


def add(table: Table, folder, rows: list[dict[str, object]]) -> None:
    """Write a table that a workspace may have."""
    table.write(table.frame(rows), folder / f"{table.name}.parquet")


def point(question: str, items: int, macro_f1: float) -> dict[str, object]:
    """A row of CURVE."""
    named: dict[str, object] = {"curve_id": f"{question}/{items}/0", "question": question}
    return {**named, "items": items, "draw": 0, "macro_f1": macro_f1}


def test_every_key_is_documented_and_holds_what_it_should(reports):
    for report in reports:
        for path, value in leaves(report):
            key = documented(path)
            assert key, f"{path} is not in docs/report.md"
            assert fits(value, KEYS[key][1]), f"{path} is {value!r}, but docs/report.md says {KEYS[key][1]}"


def test_every_documented_key_is_there(reports):
    workspace, anywhere = ({documented(path) for path, _ in leaves(report)} for report in reports)
    optional = {key for key, (_, said) in KEYS.items() if said == "null or keys"}

    assert set(KEYS) - workspace - optional == set()
    assert {key for key, (where, _) in KEYS.items() if where == "any"} - anywhere == set()
    assert {key for key in anywhere if key and KEYS[key][0] == "workspace"} == set()
