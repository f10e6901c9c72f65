"""Items in, gold out."""

import corpus as corpus  # which says what Ctrl-C does while a step is loading
