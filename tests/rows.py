"""Rows of predictions, made by a seed."""

import numpy as np
import pandas as pd

LABELS = ["favor", "against", "neutral", "none"]


def predicted(rows: int = 200, articles: int = 40, right: float = 0.5, seed: int = 3) -> pd.DataFrame:
    """Rows in articles; the baseline is right about a share of them and never says neutral."""
    chance = np.random.default_rng(seed)
    gold = chance.choice(LABELS, rows, p=[0.2, 0.2, 0.1, 0.5])
    other = chance.choice(["favor", "against", "none"], rows)
    hit = (chance.random(rows) < right) & (gold != "neutral")
    said = np.where(hit, gold, other)
    chances = chance.dirichlet(np.ones(4), rows)
    chances[np.arange(rows), [LABELS.index(label) for label in said]] += 1
    chances /= chances.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "item_id": [f"a{at % articles}.{at}@t" for at in range(rows)],
            "article_id": [f"a{at % articles}" for at in range(rows)],
            "gold": gold,
            "predicted": said,
            "majority": "none",
            "probability": chances.max(axis=1),
            "probabilities": list(chances),
        }
    )
