"""What is well and what is wrong between us and the Hub."""

from collections.abc import Mapping
from typing import Any

from corpus.errors import ContractError
from corpus.health import OK, UNUSED, WRONG, Check, told
from training.hub import Busy, endpoint, whoami

PATIENCE = 2.5  # seconds in which the Hub answers
MORE = "To publish, make a token with the write role in your settings there, and export it as HF_TOKEN."


def hub() -> Check:
    """Whether the Hub can be reached, whose HF_TOKEN is, and whether it may write; never the token."""
    try:
        said = whoami(PATIENCE)
    except Busy as away:
        return Check("hub", UNUSED, f"{endpoint()} cannot be reached from here ({str(away).partition(':')[0]})")
    except ContractError as error:
        return told("hub", error)
    if not said:
        return Check("hub", UNUSED, f"HF_TOKEN is not set: who publishes needs it ({endpoint()} answers)")
    who = f"{endpoint()}, {said['name']}"
    if may_write(said.get("auth", {}).get("accessToken", {})):
        return Check("hub", OK, f"{who}, HF_TOKEN may write")
    return Check("hub", WRONG, f"{who}, HF_TOKEN may only read", MORE)


def may_write(token: Mapping[str, Any]) -> bool:
    """Whether a token may write to some repository, as the Hub tells of its role.

    >>> may_write({"role": "write"}), may_write({"role": "read"})
    (True, False)
    """
    scopes = token.get("fineGrained", {}).get("scoped", [])
    return token.get("role") == "write" or any("repo.write" in scope["permissions"] for scope in scopes)
