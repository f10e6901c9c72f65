"""Gold in, a dataset and a baseline out."""
