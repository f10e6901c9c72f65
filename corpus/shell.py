"""The thin shell around a step: words of the command line in, one line out when a person made a mistake."""

import atexit
import errno
import inspect
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from corpus.errors import ContractError

BEYOND_US = {  # a disk that is full, a place that is closed, and one where something else stands, or nothing
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.EISDIR,
    errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENOENT,
}  # fmt: skip


def shell(main: Callable[..., None]) -> None:
    """Call main with the command line's words, each as the type main declares; a ContractError ends as one line."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        main(*arguments(main, sys.argv[1:]))
    except ContractError as error:
        print(f"{Path(sys.argv[0]).stem}: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # whoever read along has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        tell(error)
    except KeyboardInterrupt:
        print(f"{Path(sys.argv[0]).stem}: stopped. Run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
    finally:
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # while Python tidies up, too late for anything


def tell(error: OSError) -> NoReturn:
    """End with what this machine would not do, where that is no fault of ours."""
    if error.errno not in BEYOND_US:
        raise error
    where = f" at {error.filename}" if error.filename else ""
    print(f"{Path(sys.argv[0]).stem}: {error.strerror}{where}. Mend it and run the same again.", file=sys.stderr)
    sys.exit(1)


def arguments(main: Callable[..., None], words: list[str]) -> list[object]:
    """Pair words with main's parameters; the last parameter may take any number (`*paths: Path`)."""
    parameters = list(inspect.signature(main).parameters.values())
    many = bool(parameters) and parameters[-1].kind is inspect.Parameter.VAR_POSITIONAL
    if len(words) < len(parameters) - many or (len(words) > len(parameters) and not many):
        raise ContractError(
            f"it takes {', '.join(p.name for p in parameters) or 'no words'}. See how the Makefile calls it."
        )
    padded = parameters + parameters[-1:] * (len(words) - len(parameters))
    return [parameter.annotation(word) for parameter, word in zip(padded, words, strict=False)]
