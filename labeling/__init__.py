"""Items in, gold out."""
