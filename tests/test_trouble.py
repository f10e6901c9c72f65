"""What goes wrong between us and Label Studio is told in one line, outlasted where it can be, and leaks nothing."""

import time

import httpx
import pytest

from corpus.errors import ContractError
from labeling import trouble
from labeling.alone import alone
from labeling.studio import checked
from labeling.trouble import Lost, patient, told

KEY = "0123456789abcdef0123456789abcdef01234567"


def said(response: httpx.Response | httpx.TransportError, key: str = KEY) -> ContractError:
    """What is told of a response."""
    with pytest.raises(ContractError) as error:
        ask(response, key)
    return error.value


def ask(response: httpx.Response | httpx.TransportError, key: str) -> None:
    """A request and what comes of it."""
    with told("http://studio.example", key):
        if isinstance(response, httpx.TransportError):
            raise response
        checked(response)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.ReadTimeout("late"), id="no answer"),
        pytest.param(httpx.RemoteProtocolError("cut"), id="half an answer"),
        pytest.param(httpx.ConnectError("closed"), id="nobody there"),
        pytest.param(httpx.Response(500, text="<html>"), id="a broken server"),
        pytest.param(httpx.Response(503), id="a server that starts"),
        pytest.param(httpx.Response(429), id="a server that is asked too often"),
    ],
)
def test_what_may_be_over_in_a_moment_is_a_lost_connection(response):
    assert isinstance(said(response), Lost)


def test_a_lost_connection_is_told_in_one_line():
    assert str(said(httpx.ReadTimeout("late"))) == (
        "The connection to http://studio.example was lost (ReadTimeout). "
        "Run the same command again: it looks what is there, and sends nothing twice."
    )


@pytest.mark.parametrize(
    ("response", "message"),
    [
        pytest.param(
            httpx.Response(403, json={"detail": "no"}),
            "The account of LABEL_STUDIO_API_KEY may not do this at http://studio.example. "
            "Export the key of an administrator.",
            id="forbidden",
        ),
        pytest.param(
            httpx.Response(400, json={"detail": "bad", "validation_errors": {"title": ["too\nlong"]}}),
            "http://studio.example refused the request (HTTP 400: {'title': ['too\\nlong']}).",
            id="refused with a reason",
        ),
        pytest.param(
            httpx.Response(400, text="<html>cookie</html>"),
            "http://studio.example refused the request (HTTP 400: no reason given).",
            id="refused with a page",
        ),
    ],
)
def test_a_refusal_is_told_with_its_reason_and_nothing_else(response, message):
    error = said(response)

    assert (type(error), str(error)) == (ContractError, message)
    assert KEY not in str(error)


def test_patience_asks_again_ever_later_and_gives_up_in_the_end(monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    answers = [Lost("away"), Lost("away"), Lost("away"), "here"]

    def once():
        answer = answers.pop(0)
        if isinstance(answer, Lost):
            raise answer
        return answer

    assert patient(once) == "here"
    assert pauses == [0.5, 1, 2]
    answers[:] = [Lost("away")] * 9
    with pytest.raises(Lost):
        patient(once, patience=0)
    assert len(answers) == 8


def test_what_is_refused_is_not_asked_again():
    asked = []

    def once():
        asked.append(1)
        raise ContractError("No.")

    with pytest.raises(ContractError):
        patient(once)
    assert asked == [1]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        pytest.param(KEY, "a legacy token (40 hex digits)", id="legacy"),
        pytest.param("a.b.c", "a personal token (three parts between dots)", id="personal"),
        pytest.param(
            "abc",
            "which is neither a legacy token (40 hex digits) nor a personal token (three parts between dots)",
            id="neither",
        ),
    ],
)
def test_the_kind_of_a_key_is_told_without_the_key(key, kind):
    assert trouble.kind(key) == kind


def test_one_verb_at_a_time_works_on_a_workspace(tmp_path):
    path = tmp_path / "assignments.parquet"
    path.write_bytes(b"as it is")

    with alone("push", path), pytest.raises(ContractError) as error, alone("push", path):
        pass
    with alone("push", path):
        assert path.read_bytes() == b"as it is"

    assert str(error.value) == "Another `make push` runs on this workspace. Let it end first."
