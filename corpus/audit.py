"""Sentences that hold none of a target's cues -> a random sample of them, to learn what the cues miss."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from corpus.targets import Audit, Target


def drawn(sentences: pd.DataFrame, target: Target, audit: Audit) -> pd.DataFrame:
    """The sentences that come first in the target's draw, of one part or of the first of each part; `draw` orders them.

    A sentence's place hangs on its id and the salt alone: parts may be drawn from one by one and in any order.
    """
    key = hashlib.sha256(f"{audit.salt}/{target.id}".encode()).hexdigest()[:16]
    ids = sentences["sentence_id"].to_numpy(dtype=object)
    numbers = pd.util.hash_array(ids, hash_key=key, categorize=False) if len(ids) else np.array([], dtype=np.uint64)
    first = np.argsort(numbers, kind="stable")[: audit.drawn]
    return sentences.iloc[first].assign(draw=numbers[first], target=target.id, proposition=target.proposition)


def sample(parts: Iterable[pd.DataFrame], audit: Audit) -> pd.DataFrame:
    """The draw of the whole corpus, from the draws of its parts: of each target the first, ranked."""
    found = pd.concat(parts, ignore_index=True).sort_values(["target", "draw", "sentence_id"], ignore_index=True)
    found["rank"] = found.groupby("target").cumcount()
    found = found[found["rank"] < audit.drawn]
    return found.assign(item_id=found["sentence_id"] + "@" + found["target"], asked=found["rank"] < audit.asked)
