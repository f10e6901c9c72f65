"""What was chosen for a model stands until enough of the rows that it was chosen by have another label."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.partitions import digest
from corpus.whole import whole

LEARNED = ("item_id", "group", "text", "target", "label", "weight")  # of a row, beside its shares, what is learned from
MODULES = ("calibrate", "encoder", "followups", "grams", "learning", "model", "readable", "tone")
CODE = tuple(Path(__file__).with_name(f"{name}.py") for name in MODULES)  # what chooses and learns
LITTLE = 1e-9  # percent: any change at all


@dataclass(frozen=True)
class Standing:
    """A question's model as the last run left it, if it left one."""

    model: Path
    chosen_by: Path  # the rows that it was chosen by, with what it was last learned from
    made_with: str  # settings, code and versions: where they are others, nothing stands

    @cached_property
    def rows(self) -> pa.Table | None:
        """The rows that were chosen by, None where nothing stands."""
        if not all(path.exists() for path in (self.model, self.model.with_suffix(".json"), self.chosen_by)):
            return None
        found = pq.read_table(self.chosen_by)
        return found if found.schema.metadata[b"made_with"] == self.made_with.encode() else None

    @property
    def about(self) -> dict[str, Any]:
        """What stands beside the model."""
        found: dict[str, Any] = json.loads(self.model.with_suffix(".json").read_text(encoding="utf-8"))
        return found

    def learned_from(self, train: pd.DataFrame) -> bool:
        """Whether the model was learned from these very rows."""
        return self.rows is not None and self.rows.schema.metadata[b"learned"] == fingerprint(train).encode()

    def changed(self, train: pd.DataFrame) -> float:
        """Percent of the rows that are new, gone, or have another label since it was chosen; 100 if nothing stands."""
        if self.rows is None:
            return 100.0
        then = self.rows.to_pandas().set_index("item_id")["label"]
        return changed(then, train.set_index("item_id")["label"])

    def keep(self, train: pd.DataFrame, anew: bool) -> None:
        """Note what the model was learned from, and, if it was chosen anew, by which rows."""
        by = self.rows
        if by is None or anew:
            by = pa.Table.from_pandas(train[["item_id", "label"]], preserve_index=False)
        told = {"made_with": self.made_with, "learned": fingerprint(train)}
        self.chosen_by.parent.mkdir(parents=True, exist_ok=True)
        with whole(self.chosen_by) as beside:
            pq.write_table(by.replace_schema_metadata(told), beside)


def changed(then: pd.Series, now: pd.Series) -> float:
    """Percent of the rows, by their names, that are new, gone, or have another label; 0 where there are none."""
    both = pd.concat([then, now], axis=1, keys=["then", "now"])
    return float(100 * (both["then"] != both["now"]).mean()) if len(both) else 0.0


def fingerprint(train: pd.DataFrame) -> str:
    """One sha256 for all that is learned from rows."""
    names = [name for name in train.columns if name in LEARNED or name.startswith("share_")]
    rows = pd.util.hash_pandas_object(train[names], index=False).to_numpy()
    return hashlib.sha256("\n".join(names).encode() + rows.tobytes()).hexdigest()


def made_with(*told: object) -> str:
    """One sha256 for the code that chooses and learns, and for what else a model is made with."""
    return hashlib.sha256(json.dumps([[*map(digest, CODE)], told], sort_keys=True).encode()).hexdigest()
