"""What `make doctor` says of address, version, token, clock, rights, database and disk."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from labeling import health, studio
from labeling.health import Check, checks, clock, database, disk
from labeling.server import serve
from tests.house import ROOT
from tests.workspace import Workspace, assignment, door, item

NOW = datetime(2024, 5, 6, 10, tzinfo=UTC)
UNSEEN = [
    Check(name, "unknown", "not looked at, since something before it is wrong")
    for name in ("version", "token", "clock", "rights", "database")
]


def looked(url: str, key: str, folder) -> list[Check]:
    """All checks but that of the disk."""
    return checks({"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_KEY": key}, folder, datetime.now(UTC))[:-1]


def test_where_nothing_is_set_all_the_rest_is_unknown(tmp_path):
    found = looked("", "", tmp_path)

    assert found[0] == Check(
        "address",
        "wrong",
        "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY are not both set",
        "Run `make studio` in another terminal and copy the two export lines it prints, or export those of your own "
        "Label Studio.",
    )
    assert found[1:] == UNSEEN


def test_a_closed_port_is_told(tmp_path):
    found = looked("http://127.0.0.1:9", "0" * 40, tmp_path)

    assert found[0] == Check(
        "address",
        "wrong",
        "Nobody answers at http://127.0.0.1:9",
        "Start Label Studio with `make studio`, or correct LABEL_STUDIO_URL.",
    )


@pytest.mark.parametrize(
    ("seconds", "state", "found"),
    [
        pytest.param(-59, "well", "the server's differs from ours by 59 s", id="near enough"),
        pytest.param(3600, "doubtful", "the server's is 3,600 s ahead of ours", id="an hour ahead"),
        pytest.param(-90, "doubtful", "the server's is 90 s behind ours", id="behind"),
    ],
)
def test_two_clocks_may_differ_by_a_minute(seconds, state, found):
    check = clock(NOW + timedelta(seconds=seconds), NOW)

    assert (check.state, check.found) == (state, found)


@pytest.mark.parametrize(
    ("behind", "people", "state", "found"),
    [
        pytest.param("SQLite", 1, "well", "SQLite, and 1 account", id="alone"),
        pytest.param("SQLite", 4, "doubtful", "SQLite, and 4 accounts", id="a team on SQLite"),
        pytest.param("PostgreSQL", 10, "well", "PostgreSQL, and 10 accounts", id="a team on PostgreSQL"),
        pytest.param("", 2, "unknown", "cannot be told before a task is there", id="an empty one"),
    ],
)
def test_a_team_needs_postgresql(behind, people, state, found):
    check = database(behind, people)

    assert (check.state, check.found) == (state, found)


def test_a_full_disk_is_told_also_where_the_workspace_is_not_there_yet(tmp_path, monkeypatch):
    assert disk(tmp_path / "not" / "yet").state == "well"

    monkeypatch.setattr(health, "ROOM", 10**18)

    found = disk(tmp_path / "not" / "yet")
    assert (found.state, found.remedy) == ("doubtful", "Make room before you go on.")


@pytest.mark.studio
def test_a_label_studio_that_is_well_is_said_to_be(workspace: Workspace, studio_server):
    workspace.holds([item("a.1@topic")])
    workspace.asks(assignment("annotator-1", "a.1@topic", 0))
    workspace.push()

    found = looked(studio_server.url, studio_server.api_key, workspace.folder)

    assert [(one.name, one.state) for one in found[:-1]] == [
        ("address", "well"), ("version", "well"), ("token", "well"), ("clock", "well"), ("rights", "well"),
    ]  # fmt: skip
    assert found[2].found == "a legacy token (40 hex digits), accepted"
    assert found[-1].found.startswith("SQLite, and ")


@pytest.mark.studio
@pytest.mark.parametrize("key", ["ab" * 20, "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln", "0123"])
def test_a_token_that_is_refused_is_told_and_never_shown(studio_server, key, tmp_path):
    told = subprocess.run(
        [sys.executable, "-m", "training.doctor", tmp_path],
        env={**os.environ, "LABEL_STUDIO_URL": studio_server.url, "LABEL_STUDIO_API_KEY": key},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    states = dict(line.split()[:2] for line in told.stdout.splitlines())
    assert states == {
        "address": "well", "version": "well", "token": "wrong", "clock": "unknown", "rights": "unknown",
        "database": "unknown", "disk": "well",
    }  # fmt: skip
    assert told.returncode == 1
    assert key not in told.stdout + told.stderr


@pytest.mark.studio
def test_a_personal_token_does_as_well_as_a_legacy_one(studio_folder, tmp_path):
    with serve(studio_folder) as server:
        door(server.url, server.api_key)
        with studio.browser(server.url) as client:
            studio.submitted(client, "/user/login/", {"email": server.username, "password": server.password})
            personal = client.post("/api/token/").json()["token"]
            client.post("/api/jwt/settings", json={"api_tokens_enabled": True, "legacy_api_tokens_enabled": False})

        modern = looked(server.url, personal, tmp_path)
        legacy = looked(server.url, server.api_key, tmp_path)

    assert {one.name: one.found for one in modern}["token"] == "a personal token (three parts between dots), accepted"
    assert [one.state for one in modern] == ["well"] * 5 + ["unknown"]
    assert {one.name: one.state for one in legacy}["token"] == "wrong"
