"""Articles in, items out."""
