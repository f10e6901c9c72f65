"""A workspace as the verbs see it: items, assignments, screens, and recorded answers, in a folder of its own."""

import json
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from corpus.tables import ITEMS
from labeling import answer, codebook, interface, pull, push, studio
from labeling.ids import assignment_id, task_key
from labeling.tables import ADJUDICATION, ANSWERS, ASSIGNMENTS, DECISIONS, STRAYS
from tests.house import ROOT
from tests.world import CHECKED

CODEBOOK = ROOT / "labeling/codebook.toml"
VERSION = codebook.load(CODEBOOK).version
HOSTILE = "<script>document.title='owned'</script> “P&O” </mark> ї"
NAMES = (f"w{number}" for number in count())


def door(url: str, key: str) -> studio.Studio:
    """The door that these two variables open."""
    return studio.connect({"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_KEY": key})


def item(item_id: str, text: str = HOSTILE) -> dict[str, object]:
    """One row of ITEMS; stance is asked unless its target is topic."""
    sentence, _, target = item_id.partition("@")
    shown = dict.fromkeys(("text", "before", "after", "title", "outlet"), text)
    asked = {"target": "", "proposition": ""} if target == "topic" else {"target": target, "proposition": text}
    rest = {"published": "2024-01-02", "demonstration": True, "drawn": "cues"}
    return {"item_id": item_id, "sentence_id": sentence, "article_id": sentence[:1], **shown, **asked, **rest}


def assignment(who: str, item_id: str, place: int, **more: Any) -> dict[str, object]:
    """One row of ASSIGNMENTS."""
    again = more.get("purpose") == "repeat"
    named = assignment_id(item_id, who, VERSION, again)
    row = {"assignment_id": named, "task_key": task_key(named), "item_id": item_id, "annotator": who, "place": place}
    return row | {"codebook_version": VERSION, "purpose": "batch", "batch": 1, "withdrawn": ""} | more


def recording(item_id: str, **more: object) -> dict[str, object]:
    """An answer that favours the target, if there is one, and finds an alleged violation."""
    stance = {} if item_id.endswith("@topic") else {"stance": "favor", "holder": "quoted"}
    return {"item_id": item_id, **stance, "sanction_violation": "alleged", "regime": ["russia", "dprk"], **more}


SCREENS = ("interface.xml", "guidelines.html", "adjudication.xml", "codebooks")


class Workspace:
    """A workspace's folder, and the verbs as make calls them."""

    def __init__(self, folder: Path) -> None:
        self.name, self.folder = next(NAMES), folder
        interface.main(CODEBOOK, *(self / name for name in SCREENS))

    def __truediv__(self, file: str) -> Path:
        return self.folder / file

    def holds(self, items: Iterable[Mapping[str, object]], checks: Iterable[Mapping[str, object]] = ()) -> None:
        """Write items and checks."""
        ITEMS.write(ITEMS.frame([dict(one) for one in items]), self / "items.parquet")
        known = [{**one, "use": "check", "stance": "", "sanction_violation": "none", "why": ""} for one in checks]
        CHECKED.write(CHECKED.frame(known), self / "checks.parquet")

    def asks(self, *rows: dict[str, object]) -> None:
        """Write assignments."""
        ASSIGNMENTS.write(ASSIGNMENTS.frame(list(rows)), self / "assignments.parquet")

    def adjudicates(self, who: str, votes: Mapping[str, list[dict[str, object]]]) -> None:
        """Write an adjudication of items, each with its votes."""
        rows = [
            {**{name: row[name] for name in ADJUDICATION.columns if name in row}, "why": "disagreement"}
            | {"votes": json.dumps(votes[str(row["item_id"])])}
            for row in (assignment(who, item_id, place) for place, item_id in enumerate(votes))
        ]
        ADJUDICATION.write(ADJUDICATION.frame(rows), self / "adjudication.parquet")

    def records(self, who: str, *answers: Mapping[str, object]) -> None:
        """Record what somebody answers."""
        (self / f"{who}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in answers))

    def title(self, who: str, what: str = "codebook") -> str:
        """The title of somebody's project."""
        return studio.title(self.name, what, VERSION, who)

    def project(self, opened: studio.Studio, who: str, what: str = "codebook") -> studio.Project:
        """Somebody's project, which is there."""
        found = opened.find(self.title(who, what))
        assert found
        return found

    def words(self, verb: str) -> list[str | Path]:
        """What make tells a verb."""
        asked = ["assignments.parquet", "adjudication.parquet"]
        shown = ["interface.xml", "adjudication.xml", "guidelines.html"]
        files: dict[str, list[str | Path]] = {
            "push": ["items.parquet", "checks.parquet", *asked, "answers.parquet", CODEBOOK, *shown],
            "answer": [".", *asked, CODEBOOK],
            "pull": [*asked, "account.key", "pulled", "answers.parquet", "decisions.parquet", "strays.parquet"],
        }
        return [self.name, *(self.folder / str(file) for file in files[verb])]

    def push(self) -> None:
        push.main(*self.words("push"))  # type: ignore[arg-type]

    def answer(self) -> None:
        answer.main(*self.words("answer"))  # type: ignore[arg-type]

    def pull(self) -> pd.DataFrame:
        pull.main(*self.words("pull"))  # type: ignore[arg-type]
        return self.answers()

    def answers(self) -> pd.DataFrame:
        return ANSWERS.read(self / "answers.parquet")

    def targets(self) -> dict[str, str]:
        """The target of each item."""
        items = ITEMS.read(self / "items.parquet")
        return dict(zip(items["item_id"], items["target"], strict=True))

    def decisions(self) -> pd.DataFrame:
        return DECISIONS.read(self / "decisions.parquet")

    def strays(self) -> pd.DataFrame:
        return STRAYS.read(self / "strays.parquet")
