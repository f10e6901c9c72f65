"""What `make doctor` says of the machine, a workspace and each of the services."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus import health
from corpus.health import Check, disk, environment, makes, python, tables, words, workers
from corpus.partitions import RUNNING, hold
from corpus.tables import ITEMS
from labeling import studio
from labeling.health import clock, database
from labeling.health import studio as label_studio
from labeling.server import serve
from tests.house import ROOT
from tests.hub import READER, WRITER, serving
from tests.workspace import Workspace, assignment, door, item
from training.health import hub, may_write

NOW = datetime(2024, 5, 6, 10, tzinfo=UTC)
SERVICES = ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY", "DASK_SCHEDULER", "HF_TOKEN", "HF_ENDPOINT")
SOUND = {name: "ok" for name in ("python", "make", "packages", "locale", "disk", "port")}
ANY = {"packages": "ok"}  # what an environment holds is no matter here
NOWHERE = "http://127.0.0.1:9"  # nobody listens there


def looked(url: str, key: str) -> list[Check]:
    """What is seen of a Label Studio."""
    return label_studio({"LABEL_STUDIO_URL": url, "LABEL_STUDIO_API_KEY": key}, datetime.now(UTC))


def doctor(folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    """What the doctor says of a workspace, where only these services are named."""
    kept = {name: value for name, value in os.environ.items() if name not in SERVICES}
    return subprocess.run(
        [sys.executable, "-m", "training.doctor", "requirements.lock", "4.3", folder, folder / "raw"],
        env=kept | {"HF_ENDPOINT": NOWHERE} | environ, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def states(shown: str) -> dict[str, str]:
    """The state of each thing that was looked at."""
    lines = [line for line in shown.splitlines() if re.match("  [a-z]", line)]
    return {line[2:12].strip(): line[12:22].strip() for line in lines}


def test_where_nothing_is_set_up_the_machine_is_looked_at_and_each_service_is_said_to_be_unused(tmp_path):
    told = doctor(tmp_path / "not yet")

    assert states(told.stdout) | ANY == {
        **SOUND, "articles": "not used", "tables": "not used", "runs": "ok",
        "studio": "not used", "dask": "not used", "hub": "not used",
    }  # fmt: skip
    assert told.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_a_python_too_old_is_told_with_how_to_name_another():
    assert python((3, 13)).state == "ok"
    assert (python((3, 10)).state, python((3, 10)).remedy) == (
        "wrong",
        "Remove .venv and name a Python 3.11 to 3.13: `make PYTHON3=... doctor`.",
    )


@pytest.mark.parametrize(("version", "state"), [("3.81", "ok"), ("4.4.1", "ok"), ("3.80", "wrong"), ("", "wrong")])
def test_a_make_that_does_not_know_the_makefiles_words_is_told(version, state):
    assert makes(version).state == state


LOCK = """alpha==1.2.0 \\
    --hash=sha256:00
beta[extra]==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:00
beta[extra]==2.1 ; sys_platform != 'win32' \\
    --hash=sha256:00
"""


@pytest.mark.parametrize(
    ("there", "found"),
    [
        pytest.param({"alpha": "1.2.0"}, "1, each as requirements.lock has it", id="as locked"),
        pytest.param({"alpha": "1.2.0", "beta": "2.0"}, "2, each as requirements.lock has it", id="not needed here"),
        pytest.param({"alpha": "1.2.0", "beta": "2.1"}, "2, each as requirements.lock has it", id="one of two"),
        pytest.param(
            {"alpha": "1.2.0", "beta": "3"},
            "1 of 2 differ from requirements.lock: beta is 3, locked is 2.0 or 2.1",
            id="neither of two",
        ),
        pytest.param(
            {"alpha": "1.3"},
            "1 of 1 differ from requirements.lock: alpha is 1.3, locked is 1.2.0",
            id="another version",
        ),
        pytest.param(
            {}, "1 of 1 differ from requirements.lock: alpha is not there, locked is 1.2.0", id="a missing package"
        ),
    ],
)
def test_packages_are_held_against_the_lock(there, found):
    assert environment(LOCK, there).found == found


def test_text_that_is_no_utf8_is_told():
    assert words("utf-8", "UTF-8") == Check("locale", "ok", "UTF-8")
    assert words("ISO-8859-1", "utf-8") == Check(
        "locale",
        "wrong",
        "text is ISO-8859-1, and names of files are utf-8",
        "`export LC_ALL=C.UTF-8` (on macOS en_US.UTF-8).",
    )


def test_a_full_disk_is_told_also_where_the_workspace_is_not_there_yet(tmp_path, monkeypatch):
    assert disk(tmp_path / "not" / "yet").state == "ok"

    monkeypatch.setattr(health, "ROOM", 10**18)

    found = disk(tmp_path / "not" / "yet")
    assert (found.state, found.remedy) == ("wrong", "Make room before you go on.")


def test_a_table_that_was_cut_off_is_named_with_the_command_that_makes_it_again(tmp_path):
    path = tmp_path / "items.parquet"
    ITEMS.save(ITEMS.batch([]), path)
    assert tables(tmp_path) == Check("tables", "ok", f"1 table in {tmp_path}, each can be read")

    path.write_bytes(path.read_bytes()[:-9])

    assert tables(tmp_path) == Check("tables", "wrong", f"{path} cannot be read", "Delete it and run `make items`.")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("raw", "raw is empty", id="an empty folder"),
        pytest.param("raw/file", "raw/file is no folder", id="a file"),
    ],
)
def test_raw_articles_that_are_none_are_told(tmp_path, name, found):
    (tmp_path / "raw").mkdir()
    if name != "raw":
        (tmp_path / name).write_text("words")

    told = health.articles(tmp_path / name)

    assert (told.state, told.found) == ("wrong", f"{tmp_path}/{found}")


def test_a_run_that_is_at_work_is_told(tmp_path):
    hold(tmp_path)

    assert health.lock(tmp_path) == Check(
        "runs", "wrong", f"a run is at work in {tmp_path}", "Wait until it has ended, or stop it."
    )
    assert (tmp_path / RUNNING).exists()


@pytest.mark.parametrize(
    ("there", "state", "found"),
    [
        pytest.param({}, "wrong", "tcp://one has no workers", id="no workers"),
        pytest.param({"w": {"pyarrow": "1"}}, "ok", "tcp://one, 1 worker with our versions", id="the same"),
        pytest.param({"w": {"pyarrow": "2"}}, "wrong", "w has pyarrow 2, and we have 1", id="another version"),
        pytest.param({"w": {"pyarrow": "1", "more": "3"}}, "ok", "tcp://one, 1 worker with our versions", id="more"),
    ],
)
def test_the_workers_of_a_cluster_need_our_versions(there, state, found):
    check = workers("tcp://one", there, {"pyarrow": "1"})

    assert (check.state, check.found) == (state, found)


@pytest.mark.parametrize(
    ("token", "check"),
    [
        pytest.param(WRITER, Check("hub", "ok", "{url}, alice, HF_TOKEN may write"), id="one that writes"),
        pytest.param(
            READER,
            Check(
                "hub",
                "wrong",
                "{url}, bob, HF_TOKEN may only read",
                "To publish, make a token with the write role in your settings there, and export it as HF_TOKEN.",
            ),
            id="one that reads",
        ),
        pytest.param(
            "hf_revoked",
            Check(
                "hub",
                "wrong",
                "{url} does not accept HF_TOKEN: it was mistyped, revoked or has run out",
                "Make one with the write role in your settings there, export it as HF_TOKEN and run the same command "
                "again.",
            ),
            id="one that is refused",
        ),
        pytest.param(
            "", Check("hub", "not used", "HF_TOKEN is not set: who publishes needs it ({url} answers)"), id="none"
        ),
    ],
)
def test_the_hub_tells_whose_a_token_is_and_whether_it_may_write(token, check, monkeypatch):
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", token)

        assert hub() == check._replace(found=check.found.format(url=server.url))


def test_a_hub_that_is_out_of_reach_is_no_error(monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", NOWHERE)
    monkeypatch.setenv("HF_TOKEN", WRITER)

    assert hub() == Check("hub", "not used", f"{NOWHERE} cannot be reached from here (ConnectError)")


@pytest.mark.parametrize(("permissions", "may"), [(["repo.content.read"], False), (["repo.write"], True)])
def test_a_fine_grained_token_may_write_where_one_of_its_scopes_does(permissions, may):
    scope = {"entity": {"type": "user", "name": "alice"}, "permissions": permissions}

    assert may_write({"role": "fineGrained", "fineGrained": {"scoped": [scope]}}) is may


def test_half_of_what_names_a_label_studio_is_told():
    assert looked("", "") == [
        Check(
            "studio",
            "not used",
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY are not set: `make studio` starts one and says how",
        )
    ]
    assert looked(NOWHERE, "") == [
        Check(
            "studio",
            "wrong",
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY are not both set",
            "Run `make studio` in another terminal and copy the two export lines it prints, or export those of your "
            "own Label Studio.",
        )
    ]


def test_a_closed_port_is_told():
    assert looked(NOWHERE, "0" * 40) == [
        Check(
            "studio",
            "wrong",
            f"Nobody answers at {NOWHERE}",
            "Start Label Studio with `make studio`, or correct LABEL_STUDIO_URL.",
        )
    ]


@pytest.mark.parametrize(
    ("seconds", "state", "found"),
    [
        pytest.param(-59, "ok", "the server's differs from ours by 59 s", id="near enough"),
        pytest.param(3600, "wrong", "the server's is 3,600 s ahead of ours", id="an hour ahead"),
        pytest.param(-90, "wrong", "the server's is 90 s behind ours", id="behind"),
    ],
)
def test_two_clocks_may_differ_by_a_minute(seconds, state, found):
    check = clock(NOW + timedelta(seconds=seconds), NOW)

    assert (check.state, check.found) == (state, found)


@pytest.mark.parametrize(
    ("behind", "people", "state", "found"),
    [
        pytest.param("SQLite", 1, "ok", "SQLite, and 1 account", id="alone"),
        pytest.param("SQLite", 4, "wrong", "SQLite, and 4 accounts", id="a team on SQLite"),
        pytest.param("PostgreSQL", 10, "ok", "PostgreSQL, and 10 accounts", id="a team on PostgreSQL"),
        pytest.param("", 2, "not used", "which one it is cannot be told before a task is there", id="an empty one"),
    ],
)
def test_a_team_needs_postgresql(behind, people, state, found):
    check = database(behind, people)

    assert (check.state, check.found) == (state, found)


@pytest.mark.studio
def test_a_label_studio_that_is_well_is_said_to_be(workspace: Workspace, studio_server):
    workspace.holds([item("a.1@topic")])
    workspace.asks(assignment("annotator-1", "a.1@topic", 0))
    workspace.push()

    found = looked(studio_server.url, studio_server.api_key)

    assert [(one.name, one.state) for one in found[:-1]] == [
        ("studio", "ok"), ("token", "ok"), ("clock", "ok"), ("rights", "ok"),
    ]  # fmt: skip
    assert found[1].found == "a legacy token (40 hex digits), accepted"
    assert found[-1].found.startswith("SQLite, and ")


@pytest.mark.studio
@pytest.mark.parametrize("key", ["ab" * 20, "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln", "0123"])
def test_a_token_that_is_refused_is_told_and_never_shown(studio_server, key, tmp_path):
    told = doctor(tmp_path, LABEL_STUDIO_URL=studio_server.url, LABEL_STUDIO_API_KEY=key)

    assert states(told.stdout) | ANY == {
        **SOUND, "runs": "ok", "articles": "not used", "tables": "not used",
        "studio": "ok", "token": "wrong", "dask": "not used", "hub": "not used",
    }  # fmt: skip
    assert told.returncode == 1
    assert key not in told.stdout + told.stderr


@pytest.mark.studio
def test_a_personal_token_does_as_well_as_a_legacy_one(studio_folder):
    with serve(studio_folder) as server:
        door(server.url, server.api_key)
        with studio.browser(server.url) as client:
            studio.submitted(client, "/user/login/", {"email": server.username, "password": server.password})
            personal = client.post("/api/token/").json()["token"]
            client.post("/api/jwt/settings", json={"api_tokens_enabled": True, "legacy_api_tokens_enabled": False})

        modern = looked(server.url, personal)
        legacy = looked(server.url, server.api_key)

    assert {one.name: one.found for one in modern}["token"] == "a personal token (three parts between dots), accepted"
    assert [one.state for one in modern] == ["ok"] * 4 + ["not used"]
    assert {one.name: one.state for one in legacy}["token"] == "wrong"
